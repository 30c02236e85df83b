export { labsConfig as default } from "../lint/labs.ts";
