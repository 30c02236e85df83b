import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** The auth server. Its PUBLIC_URL is that of this page, with `/auth`: one origin, so no CORS, and cookies of the page's own host. */
const AUTH_URL = process.env["AUTH_URL"] ?? "http://localhost:3000";

export default defineConfig({
  plugins: [react()],
  server: {
    // `xfwd` adds the visitor's address, which the auth server believes by TRUST_PROXY=loopback.
    proxy: { "/auth": { target: AUTH_URL, xfwd: true } },
  },
});
