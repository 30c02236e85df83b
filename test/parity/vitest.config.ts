/** `npm run test:parity`: the fake server of the client answers as the real one does, journey by journey. */
import { runOf } from "../run-of.ts";

export default runOf("parity");
