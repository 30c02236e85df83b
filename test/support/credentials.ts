/** Passwords the policy accepts, and the administrator whom every server of the tests begins with. */
export const PASSWORD = "correct horse battery staple";
/** Another one, for changes and resets. */
export const NEW_PASSWORD = "four clear words of mine";
export const ADMIN = { email: "grace@example.com", password: "a tall ship and a star to steer by" };
