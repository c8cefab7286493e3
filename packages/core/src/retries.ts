/** Does later, beside the requests, what could not be done now. */
export interface Retries {
  /**
   * Tries until the work resolves. Where it never does within a few minutes, where too much waits already, or where the
   * process ends before, `giveUp` is told why. Neither throws nor delays the caller.
   */
  later(work: () => Promise<unknown>, giveUp: (cause: unknown) => void): void
}
