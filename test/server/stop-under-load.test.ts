/** ST-13: a stop in the middle of the traffic. What the server says it answered, its clients got. */
import { once } from "node:events";
import { existsSync } from "node:fs";
import { request } from "node:http";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { freshEmail } from "../support/clients.ts";
import { PASSWORD } from "../support/credentials.ts";
import { retryOnBusyMachine } from "../support/retry-on-busy-machine.ts";
import { waitFor } from "../support/wait-for.ts";
import { startServerProcess } from "../support/server-process.ts";

const EVERY_MS = 5; // 200 requests a second
const LOGINS = 8;
const BEFORE_THE_STOP_MS = 1_000;
const AFTER_THE_STOP_MS = 500;
const STOPS_WITHIN_MS = 10_000;
/** A second for what may still come, and a machine that does other things too. */
const STOPS_WITHOUT_REQUESTS_WITHIN_MS = 5_000;
/** The time that src/process/server.ts gives to accepted requests. */
const DRAIN_IS_CUT_AFTER_MS = 8_000;

test(
  "ST-13 a stop does not wait for connections that never sent a request, or half of one",
  retryOnBusyMachine,
  async () => {
    const server = await startServerProcess();
    onTestFinished(() => server.dispose());
    const { hostname, port } = new URL(server.baseUrl);
    const head = `GET /healthz HTTP/1.1\r\nHost: ${hostname}\r\n`;
    const sent = ["", head, `${head}\r\n`, `${head}\r\n${head}`];
    const sockets = sent.map((bytes) =>
      connect(Number(port), hostname, function (this: Socket) {
        this.write(bytes);
      }),
    );
    for (const socket of sockets) {
      socket.on("error", () => undefined).resume();
      onTestFinished(() => void socket.destroy());
    }
    await sleep(200);
    // And one that is under way at the signal, and comes to its end a moment later.
    const late = connect(Number(port), hostname);
    await once(late, "connect"); // before the signal: afterwards nobody listens
    late.write(head);
    await sleep(50);
    const stoppedAt = performance.now();
    const stopping = server.stop();
    await sleep(100);
    late.write("\r\n");
    expect(await text(late)).toMatch(/^HTTP\/1\.1 \d{3} /);
    expect(await stopping).toBe(0);
    expect(performance.now() - stoppedAt).toBeLessThan(STOPS_WITHOUT_REQUESTS_WITHIN_MS);
    expect(server.events().at(-1)).toMatchObject({ event: "server_stopped" });
  },
);

test(
  "ST-13 a SIGTERM at 200 requests a second cuts no accepted request, loses no line, and leaves one file",
  retryOnBusyMachine,
  async () => {
    const server = await startServerProcess();
    onTestFinished(() => server.dispose());
    const answers: Promise<Answer | "refused" | "cut">[] = [];
    const load = setInterval(() => {
      // A write with an event of its own, and no hash: each takes the server a moment on the disk.
      answers.push(post(`${server.baseUrl}/forgot-password`, { email: freshEmail() }));
    }, EVERY_MS);
    await sleep(BEFORE_THE_STOP_MS);
    // And some that take long, so that they are under way at the stop. Connections are accepted in
    // turn: once a later one has its answer, theirs are accepted too.
    const logins = Array.from({ length: LOGINS }, () =>
      post(`${server.baseUrl}/login`, { email: freshEmail(), password: PASSWORD }),
    );
    const later = post(`${server.baseUrl}/forgot-password`, { email: freshEmail() });
    answers.push(later);
    await later;

    const stoppedAt = performance.now();
    const stopping = server.stop();
    void sleep(20).then(() => server.stop()); // a second signal finds the stop under way
    await sleep(AFTER_THE_STOP_MS);
    clearInterval(load);
    expect(await stopping).toBe(0);
    expect(performance.now() - stoppedAt).toBeLessThan(STOPS_WITHIN_MS);

    const judged = (await Promise.all(logins)).map((answer) =>
      typeof answer === "string" ? answer : answer.status,
    );
    expect(judged).toEqual(Array.from({ length: LOGINS }, () => 401));
    expect(await Promise.all(answers)).not.toContain("cut");
    const answered = (await Promise.all([...logins, ...answers])).filter(
      (answer) => typeof answer !== "string",
    );
    const received = new Set(answered.map(({ requestId }) => requestId));
    const events = server.events(); // throws at a line that is not whole
    const told = events
      .filter(({ event }) => event === "request")
      .map(({ requestId }) => requestId);
    expect(told.length).toBeGreaterThan(20);
    expect(told.filter((id) => !received.has(id ?? ""))).toEqual([]);

    const acknowledged = answered.filter(({ status }) => status === 202);
    const recorded = new Set(
      events
        .filter(({ event }) => event === "reset_requested_unknown_email")
        .map((e) => e.requestId),
    );
    expect(acknowledged.filter(({ requestId }) => !recorded.has(requestId))).toEqual([]);
    expect(answered.filter(({ status }) => ![202, 401, 503].includes(status))).toEqual([]);
    expect(events.at(-1)).toMatchObject({ event: "server_stopped", reason: "SIGTERM" });
    expect(existsSync(`${server.databaseFile}-wal`)).toBe(false);
  },
);

interface Answer {
  readonly status: number;
  readonly requestId: string;
}

/** On a connection of its own. `refused` where not a byte was answered, `cut` where not all of them were. */
function post(url: string, body: unknown): Promise<Answer | "refused" | "cut"> {
  return new Promise((resolve) => {
    const sent = request(url, {
      method: "POST",
      agent: false,
      headers: { "content-type": "application/json" },
    });
    sent.on("error", () => resolve(sent.socket?.bytesRead ? "cut" : "refused"));
    sent.on("response", (response) => {
      text(response).then(
        () =>
          resolve({
            status: response.statusCode ?? 0,
            requestId: String(response.headers["x-request-id"]),
          }),
        () => resolve("cut"),
      );
    });
    sent.end(JSON.stringify(body));
  });
}

test(
  "ST-13 after a SIGTERM a kept-alive connection is told not ready, a login under way is judged, and others are refused",
  retryOnBusyMachine,
  async () => {
    const server = await startServerProcess({ environment: { BCRYPT_COST: "12" } });
    onTestFinished(() => server.dispose());
    const { port } = new URL(server.baseUrl);
    const socket = connect(Number(port), "127.0.0.1");
    let told = "";
    socket.on("data", (chunk) => (told += String(chunk)));
    const closed = once(socket, "close");
    const statuses = () => [...told.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
    const asked = "GET /readyz HTTP/1.1\r\nHost: localhost\r\n";
    socket.write(`${asked}\r\n`);
    await waitFor(async () => (statuses().length === 1 ? true : undefined));

    const login = post(`${server.baseUrl}/login`, { email: freshEmail(), password: PASSWORD });
    // A connection that idles is closed at once; this one has begun to ask.
    socket.write(asked);
    // Connections are served in turn: once a later one has its answer, what came before is accepted.
    await post(`${server.baseUrl}/forgot-password`, { email: freshEmail() });
    const stopping = server.stop();
    await waitFor(async () => ((await isRefused(server.baseUrl)) ? true : undefined));
    socket.write("\r\n");
    expect(await login).toMatchObject({ status: 401 });
    await waitFor(async () => (statuses().length === 2 ? true : undefined));
    // Nobody is answered any more: what is kept alive is not waited for until the drain is cut.
    const answeredAt = performance.now();
    expect(await stopping).toBe(0);
    expect(performance.now() - answeredAt).toBeLessThan(DRAIN_IS_CUT_AFTER_MS / 2);
    await closed;
    expect(statuses()).toEqual(["200", "503"]);
  },
);

async function isRefused(url: string): Promise<boolean> {
  return (await post(`${url}/forgot-password`, { email: freshEmail() })) === "refused";
}
