/** `node scripts/check/page-sizes.ts`: fails if a page is larger than its bound. docs/pages.md has the same table. */
import { pageSizes } from "../pages/sizes.ts";
import { judgeSizes } from "./sizes.ts";

judgeSizes("application", await pageSizes());
