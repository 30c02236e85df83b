/** The calls of the fake server's operations, and their answers, in the document's own types. */
import type { fakeTable } from "../generated/fake.ts";
import type { components } from "../generated/schema.ts";
import type { OperationId, SentInput } from "../input.ts";
import type { Result } from "../result.ts";
import type { Accounts } from "./accounts.ts";
import type { KnownProvider } from "./fake-provider.ts";
import type { ReauthenticationMethod } from "./factors.ts";
import type { Session } from "./rows.ts";
import type { Issue } from "./rules.ts";

/** The codes of the problems an operation documents. */
export type ProblemCode<K extends OperationId> = (typeof fakeTable)[K]["problems"][number];

/** The operations that need no administrator; the fake has none. */
export type OpenOperation = {
  [K in OperationId]: (typeof fakeTable)[K]["isForAdmins"] extends true ? never : K;
}[OperationId];

/** A request whose parts are what the document asks for. */
export interface Call<K extends OperationId> {
  readonly input: SentInput<K>;
  readonly accounts: Accounts;
  /** The caller; there where the operation cannot be called by anybody. */
  readonly caller: "unauthenticated" extends ProblemCode<K> ? Session : Session | undefined;
  /** The session of the cookie, whatever the operation accepts. */
  readonly cookieSession: Session | undefined;
  /** The value of the challenge cookie. */
  readonly challengeCookie: string | undefined;
  readonly settings: FakeSettings;
  /** Where the fake was asked: links in mails lead there. */
  readonly origin: string;
  readonly userAgent: string | null;
  /** Milliseconds. */
  readonly now: number;
}

/** The server's settings, as far as the fake has them. */
export interface FakeSettings {
  readonly signup: "open" | "verified" | "closed";
  readonly mailLogin: boolean;
  readonly secondFactor: "optional" | "admins" | "required";
  /** By their ids, in order. */
  readonly providers: ReadonlyMap<string, KnownProvider>;
  readonly corsOrigins: readonly string[];
}

type SuccessOf<K extends OperationId> = Extract<Result<K>, { readonly ok: true }>;
/** The data of a success; with its status, where there are several. */
type Succeeded<S, All = S> = S extends { readonly status: infer Status; readonly data: infer Data }
  ? [All] extends [{ readonly status: Status }]
    ? { readonly data: Data }
    : { readonly status: Status; readonly data: Data }
  : never;

/** The outcome of an operation, in the document's own types. */
export type Answer<K extends OperationId> =
  | (Succeeded<SuccessOf<K>> & { readonly cookies?: readonly string[] })
  | {
      readonly problem: ProblemCode<K>;
      readonly reasons?: readonly WeakPasswordReason[];
      readonly issues?: readonly Issue[];
      readonly methods?: readonly ReauthenticationMethod[];
      readonly reason?: components["schemas"]["ProviderDeniedProblem"]["reason"];
      readonly linkToken?: string;
      readonly returnTo?: string | null;
    };

type WeakPasswordReason = components["schemas"]["WeakPasswordProblem"]["reasons"][number];

export type Handlers = {
  readonly [K in OpenOperation]: (call: Call<K>) => Answer<K> | Promise<Answer<K>>;
};
