/** The parts of answers that pages read. `test/pages/answers.test.ts` holds them to the contract. */

export interface Account {
  readonly email: string;
  readonly emailVerified: boolean;
}

export interface CookieSession {
  readonly user: Account;
}

export interface LoginPending {
  readonly loginToken: string;
}
