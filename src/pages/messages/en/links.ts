/** Words of the application `links`. */
export const links = {} as const;
