/** `npm run test:attack`: the attacks: bytes on a connection, bodies, queries, hosts, guessing, races, and all that must not tell who has an account. */
import { runOf } from "../run-of.ts";

export default runOf("attack");
