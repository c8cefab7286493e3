import { createHash } from 'node:crypto'
import {
  maxTitleLength,
  parseAudioId,
  sectionsOf,
  type AudioFilter,
  type AudioPlace,
  type AudioSection,
} from '@audiohost/core'
import { z } from 'zod'
import { invalidCursor } from './cursor.ts'

/** A place in the list that one query gives; a place in another list would skip or repeat. Opaque like every cursor. */
export const writeAudioCursor = ({ section, key, id }: AudioPlace, filter: AudioFilter): string =>
  Buffer.from(JSON.stringify([digestOf(filter), section, key, id])).toString('base64url')

/** @throws HttpProblem unless it is what `writeAudioCursor` gave for this filter. A cursor grants nothing, so it is not signed. */
export function readAudioCursor(cursor: string, filter: AudioFilter): AudioPlace {
  const [, section, key, id] = fields.safeParse(parsed(cursor)).data ?? []
  const { key: by } = sectionsOf(filter)[section ?? NaN] ?? {}
  if (section === undefined || id === undefined || by === undefined) throw invalidCursor()
  const value = keys[by].safeParse(key)
  if (!value.success) throw invalidCursor()
  const place = { section, key: value.data, id }
  if (writeAudioCursor(place, filter) !== cursor) throw invalidCursor()
  return place
}

const fields = z.tuple([z.string(), z.int(), z.unknown(), z.string().refine((id) => parseAudioId(id) === id)])

// What PostgreSQL takes for a date, and no more than the application writes.
const keys = {
  created: z.int().min(Date.UTC(1900)).max(Date.UTC(2200)),
  title: z
    .string()
    .max(2 * maxTitleLength)
    .refine((text) => text.isWellFormed() && !text.includes('\0')),
  duration: z.number(),
  size: z.int().min(0),
  none: z.null(),
} as const satisfies Record<AudioSection['key'], z.ZodType>

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    return undefined
  }
}

const digestOf = ({ search, contentType, createdFrom, createdBefore, order }: AudioFilter): string =>
  createHash('sha256')
    .update(JSON.stringify([search?.phrase, contentType, createdFrom, createdBefore, Object.values(order)]))
    .digest('base64url')
    .slice(0, 12)
