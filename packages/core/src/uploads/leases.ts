export interface Lease {
  readonly name: string
  /** Whoever holds it, by a name that nobody else has. */
  readonly holder: string
}

/** Who may work on something at a time, among all processes. A lease ends by itself, so that none outlives its process. */
export interface Leases {
  /** Of racing calls one gets it. Where it is `busy`, its holder is told at the next renewal that it is wanted. */
  acquire(lease: Lease, times: { readonly now: Date; readonly endsAt: Date }): Promise<'acquired' | 'busy'>
  /** `wanted`: it is prolonged, and somebody waits for it. `lost`: it had ended, and is another's or nobody's. */
  renew(lease: Lease, endsAt: Date): Promise<'held' | 'wanted' | 'lost'>
  /** Whether anybody holds a lease of this name; to ask disturbs nobody. */
  isHeld(name: string, now: Date): Promise<boolean>
  /** Nothing happens where it is not held any more. */
  release(lease: Lease): Promise<void>
  removeExpired(before: Date): Promise<number>
}
