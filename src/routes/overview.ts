import type { Dependencies } from "../domain/ports/dependencies.ts";
import { createOverview } from "../domain/overview.ts";
import type { Handlers } from "./handler.ts";
import { instantOf } from "./instants.ts";

export function createOverviewHandlers(deps: Dependencies): Pick<Handlers, "getOverview"> {
  const overviewAt = createOverview(deps);
  return {
    async getOverview({ occasion }) {
      const { from, to, hours, dayBefore, busiest, waitingMails } = await overviewAt(occasion.now);
      return {
        status: 200,
        body: {
          from: new Date(from).toISOString(),
          to: new Date(to).toISOString(),
          hours: hours.map(({ startsAt, ...counts }) => ({
            startsAt: new Date(startsAt).toISOString(),
            ...counts,
          })),
          dayBefore: { ...dayBefore },
          busiestAddress: busiest === undefined ? null : { ...busiest },
          waitingMails: { count: waitingMails.count, oldestAt: instantOf(waitingMails.oldestAt) },
        },
      };
    },
  };
}
