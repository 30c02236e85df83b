/** Words of the application `admin`. */
export const admin = {} as const;
