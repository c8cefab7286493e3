import { pageOf, type Keyset, type Page, type PageRequest } from '../page.ts'

type Order = 'newest-first' | 'oldest-first'

/** The page of rows behind `after`, in the order of creation time and id. */
export function keysetPage<T extends Keyset>(
  rows: readonly T[],
  { limit, after }: PageRequest,
  order: Order,
): Page<T> {
  const direction = order === 'newest-first' ? -1 : 1
  const compare = (a: Keyset, b: Keyset): number => direction * byCreation(a, b)
  const following = rows.filter((row) => after === undefined || compare(row, after) > 0)
  return pageOf(following.sort(compare).slice(0, limit + 1), limit)
}

function byCreation(a: Keyset, b: Keyset): number {
  const difference = a.createdAt.getTime() - b.createdAt.getTime()
  if (difference !== 0) return difference
  return a.id < b.id ? -1 : Number(a.id > b.id)
}

/** Whether one of the texts holds what is searched for, in any case. */
export function matchesSearch(search: string | undefined, texts: readonly (string | undefined)[]): boolean {
  if (search === undefined) return true
  const wanted = search.toLowerCase()
  return texts.some((text) => text?.toLowerCase().includes(wanted))
}
