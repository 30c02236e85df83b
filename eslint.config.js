export { config as default } from "./lint/config.ts";
