/** Words of the application `sign-in`. */
export const signIn = {} as const;
