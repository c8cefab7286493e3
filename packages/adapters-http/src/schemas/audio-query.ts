import {
  contentTypeOf,
  parseSearch,
  type AudioFilter,
  type AudioOrder,
  type AudioSort,
} from '@audiohost/core'
import { z } from 'zod'
import { cursor, limit, search } from './page.ts'

const sortOf: Readonly<Record<string, AudioSort>> = {
  created_at: 'created',
  title: 'title',
  duration: 'duration',
  size: 'size',
}
const sorts = Object.keys(sortOf).flatMap((name) => [name, `-${name}`])

const date = /^\d{4}-\d\d-\d\d$/
const dayMs = 24 * 60 * 60 * 1000

const rfc3339 = z.union([z.iso.date(), z.iso.datetime({ offset: true })])

const moment = (meaning: string) =>
  z
    .string()
    .refine((text) => rfc3339.safeParse(text).success, 'must be a date or a time with its offset (RFC 3339)')
    .optional()
    .meta({
      override: { anyOf: [{ format: 'date' }, { format: 'date-time' }] },
      description: `${meaning}, as in \`2026-11-22\` or \`2026-11-22T18:30:00Z\`; a date stands for the whole day in UTC`,
    })

/** What the list of audio may be asked for. Values stay as they came, for the link to the next page. */
export const audioQuery = z.object({
  limit,
  cursor,
  q: search.meta({
    description:
      'Every word has to be part of the title, file name, description or a tag, without regard to case and accents. All quotes are the ' +
      'same, and so are all dashes. A word of letters and digits also finds what is written with signs: `acdc` finds AC/DC, `pink` finds P!nk.',
  }),
  sort: z
    .enum(sorts)
    .optional()
    .meta({
      description:
        'Ascending, or descending with `-`. Unless told otherwise the newest come first, and with `q` the most relevant: ' +
        'titles that begin with it, by title; then titles with words that do, and then all others, the newest first. ' +
        'Titles are ordered without regard to case and accents; an unknown duration comes last in both directions.',
    }),
  content_type: z
    .enum(Object.values(contentTypeOf))
    .optional()
    .meta({ description: 'Audio of this media type only' }),
  created_from: moment('Created then or later'),
  created_to: moment('Created then or earlier'),
})

export const readAudioFilter = (query: z.output<typeof audioQuery>): AudioFilter => ({
  search: query.q === undefined ? undefined : parseSearch(query.q),
  contentType: query.content_type,
  createdFrom: query.created_from === undefined ? undefined : new Date(query.created_from),
  createdBefore: query.created_to === undefined ? undefined : behind(query.created_to),
  order: orderOf(query.sort),
})

/** The first moment that is no longer meant: times are kept in milliseconds. */
const behind = (to: string): Date => new Date(new Date(to).getTime() + (date.test(to) ? dayMs : 1))

function orderOf(sort: string | undefined): AudioOrder {
  const by = sortOf[sort?.replace(/^-/, '') ?? '']
  return by ? { by, direction: sort?.startsWith('-') ? 'descending' : 'ascending' } : { by: 'relevance' }
}
