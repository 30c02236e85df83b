/** What is asked of whoever meets a full queue, a busy database or a shutdown. Seconds. */
export const RETRY_AFTER_SECONDS = 1;
