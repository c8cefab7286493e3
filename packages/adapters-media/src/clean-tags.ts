import type { MediaFacts } from '@audiohost/core'
import type { ICommonTagsResult } from 'music-metadata'

const longestValue = 1000

type Tags = MediaFacts['tags']

/** The tags that are kept, by our names. Whatever else a file carries stays in the file. */
export function cleanTags(common: ICommonTagsResult): Tags {
  const tags: Record<string, unknown> = {
    title: common.title,
    artist: common.artist,
    album: common.album,
    album_artist: common.albumartist,
    composer: common.composer,
    lyricist: common.lyricist,
    conductor: common.conductor,
    remixer: common.remixer,
    producer: common.producer,
    genre: common.genre,
    year: common.year,
    date: common.date,
    original_date: common.originaldate,
    track: position(common.track),
    disc: position(common.disk),
    comment: texts(common.comment),
    description: common.description,
    lyrics: texts(common.lyrics),
    subtitle: common.subtitle,
    grouping: common.grouping,
    publisher: common.publisher ?? common.label,
    copyright: common.copyright,
    license: common.license,
    language: common.language,
    mood: common.mood,
    key: common.key,
    bpm: common.bpm,
    isrc: common.isrc,
    barcode: common.barcode,
    website: common.website,
    encoded_by: common.encodedby,
    encoder: common.encodersettings,
  }
  const cleaned = Object.entries(tags).map(([name, value]) => [name, cleanValue(value)] as const)
  return Object.fromEntries(cleaned.filter(([, value]) => value !== ''))
}

const position = ({ no, of }: ICommonTagsResult['track']): string | undefined => {
  if (!no) return undefined
  return of ? `${no}/${of}` : no.toString()
}

const texts = (values: readonly { readonly text?: string }[] | undefined): readonly unknown[] =>
  Array.isArray(values) ? values.map((value: { readonly text?: unknown } | null) => value?.text) : []

/** The types of music-metadata are promises of hostile bytes, so each value is looked at. */
function cleanValue(value: unknown): string {
  const values: readonly unknown[] = Array.isArray(value) ? value.slice(0, 20) : [value]
  const parts = values.map(asText).filter((part) => part !== '')
  return shorten([...new Set(parts)].join(', '))
}

function asText(value: unknown): string {
  if (typeof value === 'number') return Number.isFinite(value) ? value.toString() : ''
  if (typeof value !== 'string') return ''
  return repairUtf8(value.slice(0, 4 * longestValue))
    .toWellFormed()
    .replace(unprintable, ' ')
    .replace(reordering, '')
    .trim()
}

/** WAV and ID3v1 name no encoding; what is valid UTF-8 was meant so. */
function repairUtf8(value: string): string {
  if (!/^[\0-\xff]*$/.test(value) || /^[\0-\x7f]*$/.test(value)) return value
  try {
    // As a stream, for the last character may have been cut.
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(value, 'latin1'), { stream: true })
  } catch {
    return value
  }
}

/** Controls and line breaks of any script, so that a value is one line in a log, a header or a terminal. */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}]+/gu
/** What makes text be shown in another order than it is written. */
const reordering = /[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]/gu

const shorten = (text: string): string => [...text].slice(0, longestValue).join('').trim()
