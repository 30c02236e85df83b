/**
 * Keeps the young generation of the heap small while the server starts. Nearly all that a start makes stays, which
 * V8 takes for a busy program: it grows these pages to 32 MB, and gives them back only after a full collection, which an
 * idle server never has. Under load they grow as they always do.
 */
import { setFlagsFromString } from "node:v8";

/** The newest Node on which this was tried. One that does not know the flag would say so at each start. */
const NEWEST_TRIED = 26;
/** V8's own. Each growth makes it as many times as large. */
const USUAL_GROWTH = 2;

export function keepYoungGenerationSmall(): void {
  setGrowth(1);
}

export function letYoungGenerationGrow(): void {
  setGrowth(USUAL_GROWTH);
}

/** V8 reads the flag anew whenever it thinks of growing, so that it may be set at any time. */
function setGrowth(factor: number): void {
  if (Number.parseInt(process.versions.node, 10) <= NEWEST_TRIED)
    setFlagsFromString(`--semi-space-growth-factor=${factor}`);
}
