import type { AudioId, ContentDamage, UserId } from '@audiohost/core'
import { readyColumnNames, versionColumn, type AudioRow } from './audio-row.ts'
import { columnTypes } from './column-types.ts'
import type { RowState } from './remembered-audio.ts'

/** Rows of audio as one text: a driver takes longer for a field than for what is in it, and a page has a thousand. */
export interface PackedRows {
  readonly count: number
  readonly packed: string | null
}

// Control characters; where a text holds one after all, the numbers of rows and fields tell.
const betweenFields = '\u001f'
const betweenRows = '\u001e'

export const packedColumnNames = [...readyColumnNames, 'title_key', 'version'] as const

/** What the rows are selected by. */
export const packedColumns = [...readyColumnNames, 'title_key', versionColumn].join(', ')

const nullableColumnNames = [
  'damage',
  'duration_seconds',
  'bitrate',
  'sample_rate',
  'channels',
  'bit_depth',
  'lossless',
  'tagged_facts',
  'chapters',
]

// `concat_ws` passes nulls over. What may be null is empty then; before a codec, which may be empty itself, stands a sign.
const expressionOf: Partial<Record<(typeof packedColumnNames)[number], string>> = {
  codec: `coalesce('=' || codec, '')`,
  ...Object.fromEntries(nullableColumnNames.map((name) => [name, `coalesce(${name}::text, '')`])),
}

/** @param rows a select of `packedColumns`, in order */
export const packing = (rows: string): string => `
  select count(*) as count, string_agg(concat_ws(E'\\x1f', ${fields}), E'\\x1e') as packed from (${rows}) listed`

const fields = packedColumnNames.map((name) => expressionOf[name] ?? name).join(', ')

export interface UnpackedRow extends AudioRow {
  readonly version: string
}

/** `undefined` where a text holds one of the characters that stand between fields and rows. */
export function unpack({ count, packed }: PackedRows): readonly UnpackedRow[] | undefined {
  if (packed === null) return []
  const rows = packed.split(betweenRows)
  if (rows.length !== count) return undefined
  const unpacked: UnpackedRow[] = []
  for (const row of rows) {
    const fields = copied(row).split(betweenFields)
    if (fields.length !== packedColumnNames.length) return undefined
    // As many as the type names.
    unpacked.push(toRow(fields as unknown as Fields))
  }
  return unpacked
}

/** Of its own: parts of a text keep the whole of it in memory, here that of a page for each row that is remembered. */
const copied = (text: string): string => Buffer.from(text).toString()

export const stateColumns = `id, ${versionColumn}`

/** @param rows a select of `stateColumns`, in order */
export const packingStates = (rows: string): string => `
  select string_agg(concat_ws(E'\\x1f', id, version), E'\\x1e') as packed from (${rows}) listed`

/** Ids, numbers and times hold none of the characters between them. */
export function unpackStates(packed: string | null): readonly RowState[] {
  if (packed === null) return []
  return packed.split(betweenRows).map((state) => {
    const [id, version] = state.split(betweenFields) as [AudioId, string]
    return { id, version }
  })
}

type Fields = { readonly [Index in keyof typeof packedColumnNames]: string }

function toRow(fields: Fields): UnpackedRow {
  const createdAt = readTime(fields[20])
  return {
    id: fields[0] as AudioId,
    owner_id: fields[1] as UserId,
    title: fields[2],
    description: fields[3],
    file_name: fields[4],
    size_bytes: readSize(fields[5]),
    sha256: fields[6],
    damage: fields[7] === '' ? null : (fields[7] as ContentDamage),
    content_type: fields[8],
    codec: fields[9] === '' ? null : fields[9].slice(1),
    duration_seconds: readNumber(fields[10]),
    bitrate: readNumber(fields[11]),
    sample_rate: readNumber(fields[12]),
    channels: readNumber(fields[13]),
    bit_depth: readNumber(fields[14]),
    // A boolean in an expression is the whole word as text, unlike a boolean column.
    lossless: fields[15] === '' ? null : fields[15] === 'true',
    tags: JSON.parse(fields[16]) as AudioRow['tags'],
    has_cover: fields[17] === 't',
    tagged_facts: readJson(fields[18]) as AudioRow['tagged_facts'],
    chapters: readJson(fields[19]) as AudioRow['chapters'],
    created_at: createdAt,
    updated_at: fields[21] === fields[20] ? new Date(createdAt) : readTime(fields[21]),
    title_key: fields[22],
    version: fields[23],
  }
}

const readSize = columnTypes.getTypeParser(20) as (text: string) => number
const readAnyTime = columnTypes.getTypeParser(1184) as (text: string) => Date

const readNumber = (text: string): number | null => (text === '' ? null : Number(text))

const readJson = (text: string): unknown => (text === '' ? null : JSON.parse(text))

/** What PostgreSQL writes for nearly all times is but two characters away from what the runtime reads quickest. */
export function readTime(text: string): Date {
  const hasWholeHours = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,3})?[+-]\d\d$/.test(text)
  return hasWholeHours ? new Date(`${text.slice(0, 10)}T${text.slice(11)}:00`) : readAnyTime(text)
}
