import {
  audioKey,
  pageBy,
  sectionsOf,
  type Audio,
  type AudioFilter,
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
import { readyColumnNames, toListed, type AudioRow, type ListedAudio } from './audio-row.ts'
import type { Database } from './database.ts'
import {
  packedColumns,
  packing,
  packingStates,
  stateColumns,
  unpack,
  unpackStates,
  type PackedRows,
  type UnpackedRow,
} from './packed-audio-rows.ts'
import type { PreparedStatement } from './prepared-statement.ts'
import type { RememberedAudio } from './remembered-audio.ts'

interface PlacedAudio {
  readonly audio: Audio
  readonly place: AudioPlace
}

export interface AudioListSource {
  readonly database: Database
  readonly remembered: RememberedAudio
  /** Most of the page is likely to be remembered. */
  readonly isKnown: boolean
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
  source: AudioListSource,
  ownerId: UserId,
  { page, filter, stride }: WantedPage,
): Promise<AudioPage> {
  const { limit, after } = page
  const found: PlacedAudio[] = []
  for (const [index, section] of sectionsOf(filter).entries()) {
    if (found.length > limit || index < (after?.section ?? 0)) continue
    const list = { ownerId, filter, section, stride, after: index === after?.section ? after : undefined }
    const listed = isPossible(list) ? await readSection(source, list, limit + 1 - found.length) : []
    found.push(...listed.map((each) => ({ audio: each.audio, place: placeOf(each, section, index) })))
  }
  const { items, next } = pageBy(found, limit, ({ place }) => place)
  return { items: items.map(({ audio }) => audio), next }
}

/**
 * The first rows of a section. Where rows have to be looked at one by one, as many as `stride` are; where that fills no page, few
 * rows match, and the other indexes find all of them. So it takes long neither when everything matches nor when nothing does.
 */
async function readSection(
  source: AudioListSource,
  list: WalkedSection,
  count: number,
): Promise<readonly ListedAudio[]> {
  if (remainderOf(list).length === 0) return readAlongIndex(source, list, count)
  const { database } = source
  const seen = await query<WalkedRow>(database, walk(list, count))
  const rows = seen.filter(({ matches }) => matches).slice(0, count)
  const isAtEnd = !seen.some(({ position }) => position === list.stride)
  const isFull = rows.length === count || isAtEnd
  return (isFull ? rows : await query<AudioRow>(database, gather(list, count))).map(toListed)
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

/**
 * May return more than asked for. What was read before and has not changed is not read again; where anything is new, all of
 * it is, by one statement, so that a page is of one moment.
 */
async function readAlongIndex(
  source: AudioListSource,
  list: SectionOfList,
  count: number,
): Promise<readonly ListedAudio[]> {
  if (!source.isKnown) return readAnew(source, list, count)
  const [states] = await readRange<{ readonly packed: string | null }>(source, list, {
    count,
    columns: stateColumns,
    packing: packingStates,
  })
  const known = unpackStates(states?.packed ?? null).map((state) => source.remembered.find(state))
  return known.every((listed) => listed !== undefined) ? known : readAnew(source, list, count)
}

async function readAnew(
  source: AudioListSource,
  list: SectionOfList,
  count: number,
): Promise<readonly ListedAudio[]> {
  const { database, remembered } = source
  const columns = packedColumns
  const [packed] = await readRange<PackedRows>(source, list, { count, columns, packing })
  const rows =
    (packed && unpack(packed)) ?? (await query<UnpackedRow>(database, alongIndex(list, { count, columns })))
  return rows.map((row) => remembered.find(row) ?? remembered.keep(row, toListed(row)))
}

interface WantedRange {
  readonly count: number
  readonly columns: string
  /** Makes one text of the rows that a select gives. */
  readonly packing: (rows: string) => string
}

function readRange<Row>(
  { database }: AudioListSource,
  list: SectionOfList,
  { packing, ...wanted }: WantedRange,
): Promise<readonly Row[]> {
  const isPrepared = isWhole(list)
  const count = isPrepared ? preparedCountOf(wanted.count) : wanted.count
  const { sql, values } = alongIndex(list, { ...wanted, count })
  if (!isPrepared) return query<Row>(database, { sql: packing(sql), values })
  return database.prepared<Row>(statementOf(packing(sql)), values)
}

/** A plan for all values takes content types and beginnings of titles for equally frequent, and walks far for a rare one. */
const isWhole = ({ filter: { search, contentType, createdFrom, createdBefore } }: SectionOfList): boolean =>
  [search, contentType, createdFrom, createdBefore].every((value) => value === undefined)

/**
 * A plan for any number of rows would be one for a tenth of all, so the number stands in the text; these few keep the number of
 * prepared statements small. Pages of 10, 20, 50 and 100, each with the row that tells whether others follow.
 */
const preparedCounts = [11, 21, 51, 101]

const preparedCountOf = (count: number): number => preparedCounts.find((size) => size >= count) ?? count

const statements = new Map<string, PreparedStatement>()

/** Two for each order, first or later page, and size of pages: a hundred and sixty. */
function statementOf(sql: string): PreparedStatement {
  const known = statements.get(sql)
  if (known) return known
  let number = 0
  const text = sql.replaceAll('?', () => `$${++number}`)
  const statement = { name: 'list-audio', text, isLong: true } as const
  statements.set(sql, statement)
  return statement
}

function alongIndex(list: SectionOfList, { count, columns }: Omit<WantedRange, 'packing'>): Statement {
  const { sql, values } = allOf(rangeOf(list))
  return {
    sql: `select ${columns} from audio where ${sql} order by ${orderOf(list)} limit ${count}`,
    values,
  }
}

const columns = [...readyColumnNames, 'title_key'].join(', ')

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

const placeOf = (listed: ListedAudio, section: AudioSection, index: number): AudioPlace => ({
  section: index,
  key: section.key === 'title' ? listed.titleKey : audioKey(listed.audio, section.key),
  id: listed.audio.id,
})
