/** The parts of answers that pages read. `test/pages/answers.test.ts` holds them to the contract. */
import type { SecondFactor } from "../../contract/auth-methods.ts";

export interface Account {
  readonly email: string;
  readonly emailVerified: boolean;
}

export interface CookieSession {
  readonly user: Account;
}

export interface LoginPending {
  readonly loginToken: string;
  readonly secondFactors: readonly SecondFactor[];
}

export interface ProviderLoginPending extends LoginPending {
  readonly expiresInSeconds: number;
  readonly returnTo: string | null;
}

export interface PasskeyRequest {
  readonly challengeToken: string;
  readonly options: {
    readonly challenge: string;
    readonly rpId: string;
    readonly timeout: number;
    readonly userVerification: string;
    readonly allowCredentials: { id: string; type: "public-key"; transports: string[] }[];
  };
}
