/** Words of the application `account`. */
export const account = {} as const;
