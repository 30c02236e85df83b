/** Work that is due from time to time. */

export interface JobStore {
  /**
   * True for the one caller that is to do the job now: it was due, and is due again at `nextAt`. A
   * process that dies in the middle leaves the rest to whoever claims it then.
   */
  claim(name: "cleaning", now: number, nextAt: number): Promise<boolean>;
}
