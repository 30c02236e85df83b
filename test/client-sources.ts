/** The part of every run's config by which tests use the client's sources, and not its build. */
import { defaultServerConditions } from "vite";

/** `tsconfig.json` and the scripts say the same. */
const conditions = ["source", ...defaultServerConditions];

export const clientSources = { resolve: { conditions }, ssr: { resolve: { conditions } } };
