import { id3Genres } from './id3-genres.ts'
import type { TagValue } from './tag-block.ts'

const named: Readonly<Record<string, string>> = { RX: 'Remix', CR: 'Cover' }

const genreOf = (code: string): string | undefined =>
  named[code] ?? (/^\d{1,3}$/.test(code) ? id3Genres[Number(code)] : undefined)

/** Genres by their numbers, as in `17`, `(17)(6)` and `(17)Rock`, with the refinement instead of the number. */
export function genresOf(value: TagValue): readonly TagValue[] {
  const text = value.toString('latin1').trim()
  const single = genreOf(text)
  if (single) return [single]
  const references = /^(?:\((?:\d{1,3}|RX|CR)\))+/.exec(text)?.[0]
  if (references === undefined) return [value]
  const refinement = text.slice(references.length).trim()
  if (refinement !== '') return [refinementOf(value, references.length)]
  const codes = references.slice(1, -1).split(')(')
  return codes.map((code) => genreOf(code)).filter((genre) => genre !== undefined)
}

/** `((` stands for a parenthesis that is meant. */
function refinementOf(value: TagValue, start: number): TagValue {
  const escaped = value.toString('latin1').startsWith('((', start) ? 1 : 0
  return Buffer.isBuffer(value) ? value.subarray(start + escaped) : value.slice(start + escaped)
}
