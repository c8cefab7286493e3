import type { PageRequest } from '@audiohost/core'
import type { Knex } from 'knex'

/**
 * The rows behind the place where the last page ended, and one more, from which `pageOf` knows that others follow.
 * Compared as a row, so that one index gives them in order: page 10,000 costs what page 1 costs.
 */
export function keysetQuery<Query extends Knex.QueryBuilder>(
  query: Query,
  { limit, after }: PageRequest,
  order: 'newest-first' | 'oldest-first',
): Query {
  const [direction, comparison] =
    order === 'newest-first' ? (['desc', '<'] as const) : (['asc', '>'] as const)
  if (after) query.whereRaw(`(created_at, id) ${comparison} (?, ?::uuid)`, [after.createdAt, after.id])
  query
    .orderBy([
      { column: 'created_at', order: direction },
      { column: 'id', order: direction },
    ])
    .limit(limit + 1)
  return query
}

/** Keeps the rows in which one of the columns holds the text, in any case; `%` and `_` stand for themselves. */
export function searchQuery(
  query: Knex.QueryBuilder,
  columns: readonly string[],
  search: string | undefined,
): void {
  if (search === undefined) return
  // PostgreSQL refuses NUL in any text, so no row holds it.
  if (search.includes('\0')) {
    query.whereRaw('false')
    return
  }
  const pattern = `%${search.replaceAll(/[\\%_]/g, '\\$&')}%`
  query.where((either) => {
    for (const column of columns) either.orWhereILike(column, pattern)
  })
}
