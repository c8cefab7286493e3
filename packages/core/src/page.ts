/** A place in a list that is ordered by creation time and id; the next page begins behind it. */
export interface Keyset {
  readonly createdAt: Date
  readonly id: string
}

export interface PageRequest {
  /** 1 to 100 items. */
  readonly limit: number
  readonly after: Keyset | undefined
}

export interface Page<T> {
  readonly items: readonly T[]
  /** Where the next page begins; `undefined` on the last page. */
  readonly next: Keyset | undefined
}

/** Cuts rows that were fetched with `limit + 1` down to a page, and knows from the surplus row that more follow. */
export function pageOf<T extends Keyset>(rows: readonly T[], limit: number): Page<T> {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  const next = rows.length > limit && last ? { createdAt: last.createdAt, id: last.id } : undefined
  return { items, next }
}
