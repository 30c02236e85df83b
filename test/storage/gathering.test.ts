/** How units are gathered, whatever they are sent to. */
import { expect, it } from "vitest";
import { Gathering, UNITS_PER_STATEMENT } from "../../src/storage/engine/gathering.ts";

/** Sends are answered when the test says so. */
function startGathering(underWayMost: number, patienceMs = 60_000) {
  const sent: { readonly units: readonly number[]; answer(): void; fail(error: Error): void }[] =
    [];
  const gathering = new Gathering<number, number>({
    underWayMost,
    patienceMs,
    send: (units) =>
      new Promise((resolve, reject) => {
        const answer = () => resolve(units.map((unit) => unit * 10));
        sent.push({ units, answer, fail: reject });
      }),
    tooLate: () => new Error("too late"),
  });
  return { gathering, sent, unitsSent: () => sent.map(({ units }) => units) };
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

it("SE-13 a unit is sent after it was asked, and joins nothing that is under way, not even its like", async () => {
  const { gathering, sent, unitsSent } = startGathering(2);
  const first = [gathering.ask(1), gathering.ask(2)];
  expect(sent).toHaveLength(0); // whoever asks in the same turn joins
  await turn();
  const second = gathering.ask(1);
  await turn();
  expect(unitsSent()).toEqual([[1, 2], [1]]);
  const third = [gathering.ask(1), gathering.ask(3)];
  await turn();
  expect(sent).toHaveLength(2); // as many as may be under way
  sent[0]?.answer();
  expect(await Promise.all(first)).toEqual([10, 20]);
  await turn();
  expect(unitsSent().slice(2)).toEqual([[1, 3]]);
  sent[1]?.answer();
  sent[2]?.answer();
  expect(await Promise.all([second, ...third])).toEqual([10, 10, 30]);
  await gathering.settled();
});

it("a statement has a bounded number of units", async () => {
  const { gathering, sent } = startGathering(1);
  const asked = Array.from({ length: UNITS_PER_STATEMENT * 2 + 5 }, (_, at) => gathering.ask(at));
  for (const expected of [UNITS_PER_STATEMENT, UNITS_PER_STATEMENT, 5]) {
    await turn();
    expect(sent.at(-1)?.units).toHaveLength(expected);
    sent.at(-1)?.answer();
  }
  expect(await Promise.all(asked)).toEqual(asked.map((_, at) => at * 10));
});

it("a statement that fails fails its own units, and the next are sent", async () => {
  const { gathering, sent } = startGathering(1);
  const first = [gathering.ask(1), gathering.ask(2)];
  await turn();
  const next = gathering.ask(3);
  sent[0]?.fail(new Error("lost"));
  for (const asked of first) await expect(asked).rejects.toThrow("lost");
  await turn();
  sent[1]?.answer();
  expect(await next).toBe(30);
});

it("ST-07 a unit that no statement takes along waits for as long as its patience, and no longer", async () => {
  const { gathering, sent, unitsSent } = startGathering(1, 200);
  const stuck = gathering.ask(1);
  await turn();
  const startedAt = performance.now();
  const waiting = gathering.ask(2);
  const later = new Promise<number>((resolve, reject) => {
    setTimeout(() => gathering.ask(3).then(resolve, reject), 150);
  });
  await expect(waiting).rejects.toThrow("too late");
  const waitedMs = performance.now() - startedAt;
  expect(waitedMs).toBeGreaterThanOrEqual(200);
  expect(waitedMs).toBeLessThan(350); // in time, also on a busy machine, and before the third gives up
  sent[0]?.answer();
  expect(await stuck).toBe(10);
  await turn();
  expect(unitsSent()).toEqual([[1], [3]]); // what was given up is not sent
  sent[1]?.answer();
  expect(await later).toBe(30);
});

it("ST-07 so does what one statement had no room for, where nobody asks after it", async () => {
  const { gathering, sent } = startGathering(1, 100);
  const asked = Array.from({ length: UNITS_PER_STATEMENT + 2 }, (_, at) => gathering.ask(at));
  const outcomes = Promise.allSettled(asked.slice(UNITS_PER_STATEMENT));
  expect((await outcomes).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  sent[0]?.answer();
  expect(await asked[0]).toBe(0);
});

it("ST-13 is settled once all that was asked is answered, what waits included", async () => {
  const { gathering, sent } = startGathering(1);
  const asked = [gathering.ask(1)];
  await turn();
  asked.push(gathering.ask(2));
  let isSettled = false;
  const settled = gathering.settled().then(() => (isSettled = true));
  sent[0]?.answer();
  await turn();
  expect([sent.length, isSettled]).toEqual([2, false]);
  sent[1]?.answer();
  await settled;
  expect(await Promise.all(asked)).toEqual([10, 20]);
});
