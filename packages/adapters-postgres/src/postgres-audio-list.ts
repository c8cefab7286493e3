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
import {
  allOf,
  columnOf,
  isPossible,
  rangeOf,
  remainderOf,
  tokensOf,
  type SectionOfList,
} from './audio-list-conditions.ts'
import { toAudio, type AudioRow } from './audio-row.ts'
import type { Database } from './database.ts'
import { packedColumnNames, packing, unpack, type PackedRows } from './packed-audio-rows.ts'
import type { PreparedStatement } from './prepared-statement.ts'

interface PlacedRow {
  readonly row: AudioRow
  readonly place: AudioPlace
}

export interface WantedPage {
  readonly page: AudioPageRequest
  readonly filter: AudioFilter
  /** Rows looked at one by one before all that match are found by other indexes. */
  readonly stride: number
}

/** Some milliseconds' worth. */
export const defaultStride = 2000

/** Fills the page from one section after the other; most lists have one. */
export async function listAudio(
  database: Database,
  ownerId: UserId,
  { page, filter, stride }: WantedPage,
): Promise<AudioPage> {
  const { limit, after } = page
  const found: PlacedRow[] = []
  for (const [index, section] of sectionsOf(filter).entries()) {
    if (found.length > limit || index < (after?.section ?? 0)) continue
    const list = { ownerId, filter, section, stride, after: index === after?.section ? after : undefined }
    const rows = isPossible(list) ? await readSection(database, list, limit + 1 - found.length) : []
    found.push(
      ...rows.map((row) => ({ row, place: { section: index, key: storedKey(row, section), id: row.id } })),
    )
  }
  const { items, next } = pageBy(found, limit, ({ place }) => place)
  return { items: items.map(({ row }) => toAudio(row)), next }
}

/**
 * The first rows of a section. Where rows have to be looked at one by one, as many as `stride` are; where that fills no page, few
 * rows match, and the other indexes find all of them. So it takes long neither when everything matches nor when nothing does.
 */
async function readSection(
  database: Database,
  list: WalkedSection,
  count: number,
): Promise<readonly AudioRow[]> {
  if (remainderOf(list).length === 0) return readAlongIndex(database, list, count)
  const seen = await query<WalkedRow>(database, walk(list, count))
  const rows = seen.filter(({ matches }) => matches).slice(0, count)
  const isAtEnd = !seen.some(({ position }) => position === list.stride)
  return rows.length === count || isAtEnd ? rows : query<AudioRow>(database, gather(list, count))
}

interface WalkedSection extends SectionOfList {
  readonly stride: number
}

interface WalkedRow extends AudioRow {
  readonly matches: boolean
  readonly position: number
}

interface Statement {
  readonly sql: string
  readonly values: readonly Knex.Value[]
}

async function query<Row>(database: Database, { sql, values }: Statement): Promise<readonly Row[]> {
  const { rows } = await database.run((knex): PromiseLike<{ readonly rows: readonly Row[] }> =>
    knex.raw(sql, values),
  )
  return rows
}

/** May return more rows than asked for. */
async function readAlongIndex(
  database: Database,
  list: SectionOfList,
  count: number,
): Promise<readonly AudioRow[]> {
  const [packed] = isWhole(list)
    ? await readPrepared(database, list, count)
    : await query<PackedRows>(database, packedAlongIndex(list, count))
  return (packed && unpack(packed)) ?? query<AudioRow>(database, alongIndex(list, count))
}

/** A plan for all values takes content types and beginnings of titles for equally frequent, and walks far for a rare one. */
const isWhole = ({ filter: { search, contentType, createdFrom, createdBefore } }: SectionOfList): boolean =>
  [search, contentType, createdFrom, createdBefore].every((value) => value === undefined)

function packedAlongIndex(list: SectionOfList, count: number): Statement {
  const { sql, values } = alongIndex(list, count)
  return { sql: packing(sql), values }
}

function readPrepared(
  database: Database,
  list: SectionOfList,
  count: number,
): Promise<readonly PackedRows[]> {
  const prepared = preparedCounts.find((size) => size >= count) ?? count
  const { sql, values } = packedAlongIndex(list, prepared)
  return database.prepared<PackedRows>(statementOf(sql), values)
}

/**
 * A plan for any number of rows would be one for a tenth of all, so the number stands in the text; these few keep the number of
 * prepared statements small. Pages of 10, 20, 50 and 100, each with the row that tells whether others follow.
 */
const preparedCounts = [11, 21, 51, 101]

const statements = new Map<string, PreparedStatement>()

/** One for each order, first or later page, and size of pages: eighty. */
function statementOf(sql: string): PreparedStatement {
  const known = statements.get(sql)
  if (known) return known
  let number = 0
  const text = sql.replaceAll('?', () => `$${++number}`)
  const statement = { name: 'list-audio', text, isLong: true } as const
  statements.set(sql, statement)
  return statement
}

const columns = packedColumnNames.join(', ')

function alongIndex(list: SectionOfList, count: number): Statement {
  const { sql, values } = allOf(rangeOf(list))
  return {
    sql: `select ${columns} from audio where ${sql} order by ${orderOf(list)} limit ${count}`,
    values,
  }
}

/** The row at `stride` comes whether it matches or not, to tell that others follow. */
function walk(list: WalkedSection, count: number): Statement {
  const range = allOf(rangeOf(list))
  const remainder = allOf(remainderOf(list))
  const order = orderOf(list)
  return {
    sql: `
      select ${columns}, matches, position from (
        select walked.*, (${remainder.sql}) as matches from (
          select *, row_number() over (order by ${order}) as position
            from audio where ${range.sql} order by ${order} limit ?
        ) walked
      ) judged where matches or position = ? order by ${order} limit ?`,
    values: [...remainder.values, ...range.values, list.stride, list.stride, count + 1],
  }
}

/** Materialized, so that PostgreSQL finds the rows first and orders them then: it cannot know how far it would have to walk. */
function gather(list: SectionOfList, count: number): Statement {
  const { sql, values } = allOf([...rangeOf(list), ...tokensOf(list), ...remainderOf(list)])
  const order = orderOf(list)
  return {
    sql: `
      with found as materialized (select ${columnOf[list.section.key]}, id from audio where ${sql}),
        page as (select id from found order by ${order} limit ?)
      select ${columns} from audio where id in (select id from page) order by ${order}`,
    values: [...values, count],
  }
}

function orderOf({ section: { key, direction } }: SectionOfList): string {
  const order = direction === 'ascending' ? 'asc' : 'desc'
  return `${columnOf[key]} ${order}, id ${order}`
}

function storedKey(row: AudioRow, { key }: AudioSection): AudioKey {
  const value = row[columnOf[key]]
  return value instanceof Date ? value.getTime() : value
}
