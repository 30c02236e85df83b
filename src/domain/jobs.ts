/** Work that is due from time to time: one process does it for all. */

export interface JobStore {
  /**
   * True for the one caller that is to do the job now: it was due, and is due again at `nextAt`. A
   * process that dies in the middle leaves the rest to whoever claims it then.
   */
  claimJob(name: "cleaning", now: number, nextAt: number): Promise<boolean>;
}
