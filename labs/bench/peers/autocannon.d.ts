/** Types for the part of autocannon that load.ts uses. It brings none. */
declare module "autocannon" {
  namespace autocannon {
    interface Client {
      setHeaders(headers: Readonly<Record<string, string>> | undefined): void;
    }
    interface Result {
      readonly "2xx": number;
      readonly non2xx: number;
      readonly errors: number;
      readonly timeouts: number;
      /** Seconds. */
      readonly duration: number;
    }
  }
  function autocannon(options: {
    readonly url: readonly string[];
    readonly connections: number;
    /** Seconds. */
    readonly duration: number;
    readonly setupClient: (client: autocannon.Client) => void;
  }): Promise<autocannon.Result>;
  export = autocannon;
}
