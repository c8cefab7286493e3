import {
  pageBy,
  sectionsOf,
  type AudioFilter,
  type AudioKey,
  type AudioPage,
  type AudioPageRequest,
  type AudioPlace,
  type AudioSection,
  type UserId,
} from '@audiohost/core'
import type { Knex } from 'knex'
import { toAudio, type AudioRow } from './audio-row.ts'
import type { Database } from './database.ts'
import { searchQuery } from './keyset-query.ts'

/** An index on owner, this column and id gives the rows of a section in order: a page costs the same wherever it is. */
const columnOf = {
  created: 'created_at',
  title: 'title_key',
  duration: 'duration_seconds',
  size: 'size_bytes',
  none: 'duration_seconds',
} as const satisfies Record<AudioSection['key'], keyof AudioRow>

interface PlacedRow {
  readonly row: AudioRow
  readonly place: AudioPlace
}

/** Fills the page from one section after the other; most lists have one. */
export async function listAudio(
  database: Database,
  ownerId: UserId,
  { page, filter }: { readonly page: AudioPageRequest; readonly filter: AudioFilter },
): Promise<AudioPage> {
  const { limit, after } = page
  const found: PlacedRow[] = []
  for (const [index, section] of sectionsOf(filter.order).entries()) {
    if (found.length > limit || index < (after?.section ?? 0)) continue
    const rows = await database.run((knex) => {
      const query = filteredAudio(knex, ownerId, filter)
      withinSection(query, section, index === after?.section ? after : undefined)
      return query.limit(limit + 1 - found.length).select<AudioRow[]>()
    })
    found.push(...rows.map((row) => ({ row, place: placeOf(row, section, index) })))
  }
  const { items, next } = pageBy(found, limit, ({ place }) => place)
  return { items: items.map(({ row }) => toAudio(row)), next }
}

function filteredAudio(
  knex: Knex,
  ownerId: UserId,
  { search, contentType, createdFrom, createdBefore }: AudioFilter,
): Knex.QueryBuilder {
  // The status stands in the text of the statement, as in the condition of the indexes: also a generic plan may use them.
  const query: Knex.QueryBuilder = knex('audio').where('owner_id', ownerId).whereRaw("status = 'ready'")
  if (contentType !== undefined) query.where('content_type', contentType)
  if (createdFrom) query.where('created_at', '>=', createdFrom)
  if (createdBefore) query.where('created_at', '<', createdBefore)
  searchQuery(query, ['title', 'description', 'file_name'], search)
  return query
}

/** The rows of one section behind a place in it, in order. */
function withinSection(
  query: Knex.QueryBuilder,
  { key, direction, holds }: AudioSection,
  after: AudioPlace | undefined,
): void {
  const column = columnOf[key]
  const [order, comparison] = direction === 'ascending' ? (['asc', '>'] as const) : (['desc', '<'] as const)
  if (holds === 'known-duration') query.whereNotNull('duration_seconds')
  if (holds === 'unknown-duration') query.whereNull('duration_seconds')
  if (after && key === 'none') query.where('id', comparison, after.id)
  // Compared as a row, so that one index gives them in order.
  else if (after)
    query.whereRaw(`(??, id) ${comparison} (?, ?::uuid)`, [column, keyValue(after, key), after.id])
  query.orderBy([
    { column, order },
    { column: 'id', order },
  ])
}

const keyValue = ({ key }: AudioPlace, by: AudioSection['key']): Knex.Value | null =>
  by === 'created' ? new Date(Number(key)) : key

function placeOf(row: AudioRow, { key }: AudioSection, section: number): AudioPlace {
  return { section, key: storedKey(row, key), id: row.id }
}

function storedKey(row: AudioRow, key: AudioSection['key']): AudioKey {
  const value = row[columnOf[key]]
  return value instanceof Date ? value.getTime() : value
}
