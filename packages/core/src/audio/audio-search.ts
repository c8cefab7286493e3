import { foldText } from '../fold-text.ts'
import { titleKey, type Relevance } from './audio-order.ts'
import type { Audio } from './audio.ts'
import { plainFormsOf } from './stylized-words.ts'

/** What somebody looks for, folded. Made by `parseSearch`. */
export interface AudioSearch {
  /** The terms as they were written, with one space between two. */
  readonly phrase: string
  /** Each has to be somewhere in the search text. Never empty. */
  readonly terms: readonly string[]
}

export const maxSearchLength = 200
const maxSearchTextLength = 10_000

/** Nothing in a text is special: `%`, quotes and control characters are themselves or gaps. `undefined` where nothing is asked. */
export function parseSearch(text: string): AudioSearch | undefined {
  const phrase = shorten(foldText(text.slice(0, 10 * maxSearchLength)), maxSearchLength).trim()
  return phrase === '' ? undefined : { phrase, terms: [...new Set(phrase.split(' '))] }
}

/**
 * The folded text that a search looks through: title, file name, tags and description, one line each, so that
 * no match spans two of them. A text with stylized words is followed by a line with their plain forms. Lyrics
 * come last, because they alone can fill the search text.
 */
export function searchText({ title, fileName, description, media }: SearchedAudio): string {
  const { lyrics, ...tags } = media.tags
  const parts = [title, fileName, ...Object.values(tags), description, ...(lyrics ? [lyrics] : [])]
  return shorten(parts.flatMap(linesOf).join('\n'), maxSearchTextLength)
}

function linesOf(text: string): readonly string[] {
  const folded = foldText(text)
  // The dot of an extension separates it from the name.
  const forms = plainFormsOf(folded.replace(/\.[a-z0-9]{2,4}$/, ''))
  return forms.length === 0 ? [folded] : [folded, forms.join(' ')]
}

export type SearchedAudio = Pick<Audio, 'title' | 'fileName' | 'description'> & {
  readonly media: Pick<Audio['media'], 'tags'>
}

/** `undefined` where it is not found. */
export function relevanceOf(audio: SearchedAudio, { phrase, terms }: AudioSearch): Relevance | undefined {
  const text = searchText(audio)
  if (!terms.every((term) => text.includes(term))) return undefined
  const title = titleKey(audio.title)
  if (title.startsWith(phrase)) return 'title-begins'
  const words = ` ${separated(title)}`
  const beginsWord = (term: string): boolean => isWord(term) && words.includes(` ${separated(term)}`)
  return terms.every(beginsWord) ? 'title-word-begins' : 'elsewhere'
}

/** What stands between words besides the space. ASCII, so that every database translates it alike. */
export const separators = `()[]{}<>"'-_.,:;!&/\\|+*#=~?`

/** The same text with spaces for separators, as long as it was. */
export const separated = (text: string): string =>
  [...text].map((character) => (separators.includes(character) ? ' ' : character)).join('')

/** Whether there is anything in a term but separators. */
export const isWord = (term: string): boolean => separated(term).trim() !== ''

const shorten = (text: string, length: number): string => [...text].slice(0, length).join('')
