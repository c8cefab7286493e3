/** A request that came with an `Idempotency-Key`, as each of its attempts knows it. */
export interface KeyedRequest {
  /** The same for every attempt: a hash of who asks and of the key. */
  readonly id: string
  /** What was made before belongs to an earlier request under the same key, whose time is over. */
  readonly since: Date
}
