/** A place in a list that is ordered by creation time and id; the next page begins behind it. */
export interface Keyset {
  readonly createdAt: Date
  readonly id: string
}

export interface PageRequest<Place = Keyset> {
  /** 1 to 100 items. */
  readonly limit: number
  readonly after: Place | undefined
}

export interface Page<T, Place = Keyset> {
  readonly items: readonly T[]
  /** Where the next page begins; `undefined` on the last page. */
  readonly next: Place | undefined
}

/** Cuts rows that were fetched with `limit + 1` down to a page, and knows from the surplus row that more follow. */
export const pageOf = <T extends Keyset>(rows: readonly T[], limit: number): Page<T> =>
  pageBy(rows, limit, ({ createdAt, id }) => ({ createdAt, id }))

/** The same for lists in other orders. */
export function pageBy<T, Place>(
  rows: readonly T[],
  limit: number,
  placeOf: (row: T) => Place,
): Page<T, Place> {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items, next: rows.length > limit && last !== undefined ? placeOf(last) : undefined }
}
