/** The metrics, for a scraper. */
import type { ScraperOptions } from "./checks/scraper.ts";
import type { Handlers } from "./handler.ts";

export interface MetricsOptions extends ScraperOptions {
  /** All metrics, in the text format of the contract. */
  readonly expose: () => Promise<string>;
}

export function createMetricsHandlers(
  expose: MetricsOptions["expose"],
): Pick<Handlers, "getMetrics"> {
  return {
    getMetrics: async () => ({ status: 200, body: await expose() }),
  };
}
