/** Answer of the bare servers: an account as in `GET /me`, so that they send about as many bytes. */
export const CONSTANT_BODY = JSON.stringify({
  id: "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e42",
  email: "ada@example.com",
  role: "user",
  disabled: false,
  createdAt: "2026-11-23T10:06:00.000Z",
});
