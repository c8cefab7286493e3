import {
  isWord,
  separated,
  separators,
  type AudioFilter,
  type AudioPlace,
  type AudioSearch,
  type AudioSection,
  type UserId,
} from '@audiohost/core'
import type { Knex } from 'knex'
import type { AudioRow } from './audio-row.ts'

export interface Condition {
  readonly sql: string
  readonly values: readonly Knex.Value[]
}

/** An index on owner, this column and id gives the rows of a section in order. */
export const columnOf = {
  created: 'created_at',
  title: 'title_key',
  duration: 'duration_seconds',
  size: 'size_bytes',
  none: 'duration_seconds',
} as const satisfies Record<AudioSection['key'], keyof AudioRow>

export interface SectionOfList {
  readonly ownerId: UserId
  readonly filter: AudioFilter
  readonly section: AudioSection
  /** A place in this section. */
  readonly after: AudioPlace | undefined
}

export const condition = (sql: string, ...values: readonly Knex.Value[]): Condition => ({ sql, values })

export const allOf = (conditions: readonly Condition[]): Condition => ({
  sql: conditions.map(({ sql }) => sql).join(' and ') || 'true',
  values: conditions.flatMap(({ values }) => values),
})

/** What bounds a range of the index that gives the section its order. */
export function rangeOf({ ownerId, filter, section, after }: SectionOfList): readonly Condition[] {
  // The status stands in the text of the statement, as in the condition of the indexes: also a generic plan may use them.
  const range = [condition('owner_id = ?::uuid', ownerId), condition(`status = 'ready'`)]
  if (filter.contentType !== undefined) range.push(condition('content_type = ?', filter.contentType))
  if (section.key === 'created') range.push(...creationOf(filter))
  if (section.holds === 'known-duration') range.push(condition('duration_seconds is not null'))
  if (section.holds === 'unknown-duration') range.push(condition('duration_seconds is null'))
  if (section.holds === 'title-begins' && filter.search) range.push(titleBegins(filter.search))
  if (after) range.push(behind(after, section))
  return range
}

/** What has to be looked at row by row along that range. */
export function remainderOf({ filter, section }: SectionOfList): readonly Condition[] {
  const { search } = filter
  const remainder = section.key === 'created' ? [] : [...creationOf(filter)]
  // What the title begins with is in the search text, too.
  if (!search || section.holds === 'title-begins') return remainder
  remainder.push(...search.terms.map((term) => condition('strpos(search_text, ?) > 0', term)))
  if (section.holds === 'title-word-begins')
    remainder.push(not(titleBegins(search)), ...titleWordsBegin(search))
  if (section.holds === 'elsewhere') {
    remainder.push(not(titleBegins(search)), not(allOf(titleWordsBegin(search))))
  }
  return remainder
}

/** What the index `audio_search` finds: all that match and, seldom, more. */
export function tokensOf({ ownerId, filter, section }: SectionOfList): readonly Condition[] {
  if (!filter.search || section.holds === 'title-begins') return []
  const lexemes =
    section.holds === 'title-word-begins' ? wordTokens(filter.search) : trigramTokens(filter.search)
  const query = [quoted(`@${ownerId}`), ...new Set(lexemes)].join(' & ')
  return [condition('audio_search_tokens(owner_id, title_key, search_text) @@ ?::tsquery', query)]
}

/** Whether the section may have a row at all. */
export const isPossible = ({ filter, section }: SectionOfList): boolean =>
  section.holds !== 'title-word-begins' || (filter.search?.terms.every(isWord) ?? false)

function behind({ key, id }: AudioPlace, { key: by, direction }: AudioSection): Condition {
  const comparison = direction === 'ascending' ? '>' : '<'
  if (by === 'none') return condition(`id ${comparison} ?::uuid`, id)
  const value = by === 'created' ? new Date(Number(key)) : (key ?? '')
  // Compared as a row, so that one index gives them in order.
  return condition(`(${columnOf[by]}, id) ${comparison} (?, ?::uuid)`, value, id)
}

function creationOf({ createdFrom, createdBefore }: AudioFilter): readonly Condition[] {
  return [
    ...(createdFrom ? [condition('created_at >= ?', createdFrom)] : []),
    ...(createdBefore ? [condition('created_at < ?', createdBefore)] : []),
  ]
}

/** Folding removes U+10FFFF, the last of all code points, so that nothing that begins with the phrase is behind it. */
const titleBegins = ({ phrase }: AudioSearch): Condition =>
  condition('(title_key >= ? and title_key < ?)', phrase, `${phrase}\u{10ffff}`)

const titleWordsBegin = ({ terms }: AudioSearch): readonly Condition[] =>
  terms.map((term) => {
    const [word] = wordsOf(term)
    if (word === undefined) return condition('false')
    // First what is quickly told: many a search finds a hundred thousand rows by something else than their titles.
    return condition(
      `(strpos(title_key, ?) > 0 and strpos(' ' || translate(title_key, ?, ?), ?) > 0)`,
      ...[word, separators, ' '.repeat(separators.length), ` ${separated(term)}`],
    )
  })

const wordsOf = (term: string): readonly string[] =>
  separated(term)
    .split(' ')
    .filter((word) => word !== '')

const not = ({ sql, values }: Condition): Condition => condition(`not (${sql})`, ...values)

const wordTokens = ({ terms }: AudioSearch): readonly string[] =>
  terms.flatMap(wordsOf).map((word) => `${quoted(`^${word}`)}:*`)

const mostShortTerms = 3

/**
 * Trigrams of the longer terms; one or two characters begin so many trigrams, those of all owners, that they are asked for only
 * where there is nothing else, and for three terms at the most: a search of a hundred letters would read most of the index.
 */
function trigramTokens({ terms }: AudioSearch): readonly string[] {
  const trigrams = terms.flatMap((term) => {
    const characters = [...term]
    return characters.slice(2).map((_, start) => quoted(characters.slice(start, start + 3).join('')))
  })
  if (trigrams.length > 0) return trigrams
  const longest = terms.toSorted((one, other) => other.length - one.length).slice(0, mostShortTerms)
  return longest.map((term) => `${quoted(term)}:*`)
}

/** A lexeme as the input of `tsquery` takes it. */
const quoted = (lexeme: string): string => `'${lexeme.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
