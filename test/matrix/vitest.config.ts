/** `npm run test:matrix`: the matrices that are generated from the contract: each caller, each answer, each ending, of every operation; and an operation that is added. */
import { runOf } from "../run-of.ts";

export default runOf("matrix");
