import type { NextConfig } from "next";
import { AUTH_URL } from "./lib/auth-url";

const config: NextConfig = {
  // For the client in the browser: its calls stay on the page's own origin.
  rewrites: async () => [{ source: "/auth/:path*", destination: `${AUTH_URL}/:path*` }],
  poweredByHeader: false,
};

export default config;
