/** The server of somebody's pages, which calls the auth server as its visitors, by `@portcullis/client/server`. */
import { once } from "node:events";
import { createServer, type IncomingMessage, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { json, text } from "node:stream/consumers";
import { type ForwardOptions, forward } from "@portcullis/client/server";
import type { OperationId, Result } from "@portcullis/client";

type Headers = Readonly<Record<string, string | string[]>>;

export interface PageAnswer {
  /** Of the call to the auth server. */
  readonly status: number;
  readonly code: string | undefined;
  readonly data: unknown;
  readonly setCookies: readonly string[];
}

export interface PageServer {
  /** Its host and port, as its visitors write it. */
  readonly host: string;
  /** Has it call an operation, as whoever sends these headers. */
  readonly ask: (
    operationId: OperationId,
    input: object,
    headers?: Headers,
    method?: string,
  ) => Promise<PageAnswer>;
  readonly close: () => void;
}

/** Starts it. `optionsOf` makes what it gives to `forward`, by the request of the visitor. */
export async function startPageServer(
  optionsOf: (request: IncomingMessage) => ForwardOptions,
): Promise<PageServer> {
  const server = createServer(async (request, response) => {
    const { searchParams, pathname } = new URL(request.url ?? "/", "http://pages");
    const { api, setCookies } = forward(request, optionsOf(request));
    const operationId = pathname.slice(1) as keyof typeof api; // a test asks for operations alone
    const call = api[operationId] as (input: unknown) => Promise<Result<OperationId>>; // one for all
    const result = await call(JSON.parse(searchParams.get("input") ?? "{}"));
    request.resume();
    const code = result.ok ? undefined : (result.problem?.code ?? result.failure);
    response.setHeader("set-cookie", setCookies);
    response.end(
      JSON.stringify({ status: result.status, code, data: result.ok ? result.data : undefined }),
    );
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo; // it listens on TCP

  const ask: PageServer["ask"] = async (operationId, input, headers = {}, method = "POST") => {
    const path = `/${operationId}?input=${encodeURIComponent(JSON.stringify(input))}`;
    const request = httpRequest({ host: "127.0.0.1", port, agent: false, method, path, headers });
    const [response] = (await once(request.end(), "response")) as [IncomingMessage];
    const setCookies = response.headers["set-cookie"] ?? [];
    if (response.statusCode !== 200) throw new Error(await text(response));
    const answer = (await json(response)) as Omit<PageAnswer, "setCookies">; // as it is made above
    return { ...answer, setCookies };
  };
  return {
    host: `127.0.0.1:${port}`,
    ask,
    close: () => void server.close().closeAllConnections(),
  };
}
