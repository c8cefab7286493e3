/**
 * Turns passwords into PHC strings and back into a yes or no, off the caller's thread.
 * Where too many calls wait, all methods throw `TooBusy` at once instead of queueing without bound.
 */
export interface PasswordHasher {
  /** A new salt at every call: equal passwords give different hashes. */
  hash(password: string): Promise<string>
  /** `match-outdated`: right, but hashed under other parameters than today's, so hash it again. */
  verify(password: string, hash: string): Promise<'match' | 'match-outdated' | 'mismatch'>
  /** A hash under today's parameters that no password matches, so that an unknown account costs the same time. */
  readonly decoyHash: string
}
