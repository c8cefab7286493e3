import type { Lease, Leases } from '../uploads/leases.ts'

interface HeldLease {
  readonly holder: string
  readonly endsAt: Date
  readonly isWanted: boolean
}

export class InMemoryLeases implements Leases {
  readonly #leases = new Map<string, HeldLease>()

  async acquire(
    { name, holder }: Lease,
    { now, endsAt }: { readonly now: Date; readonly endsAt: Date },
  ): Promise<'acquired' | 'busy'> {
    const held = this.#leases.get(name)
    if (held && held.endsAt > now) {
      this.#leases.set(name, { ...held, isWanted: true })
      return 'busy'
    }
    this.#leases.set(name, { holder, endsAt, isWanted: false })
    return 'acquired'
  }

  async renew({ name, holder }: Lease, endsAt: Date): Promise<'held' | 'wanted' | 'lost'> {
    const held = this.#leases.get(name)
    if (held?.holder !== holder) return 'lost'
    this.#leases.set(name, { ...held, endsAt })
    return held.isWanted ? 'wanted' : 'held'
  }

  async isHeld(name: string, now: Date): Promise<boolean> {
    const held = this.#leases.get(name)
    return held !== undefined && held.endsAt > now
  }

  async release({ name, holder }: Lease): Promise<void> {
    if (this.#leases.get(name)?.holder === holder) this.#leases.delete(name)
  }

  async removeExpired(before: Date): Promise<number> {
    const expired = [...this.#leases].filter(([, { endsAt }]) => endsAt < before)
    for (const [name] of expired) this.#leases.delete(name)
    return expired.length
  }
}
