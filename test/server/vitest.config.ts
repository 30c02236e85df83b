/** `npm run test:server`: the server and its commands as processes: starts, signals, crashes, proxies, full disks, two at once. */
import { runOf } from "../run-of.ts";

export default runOf("server");
