import type { MediaFacts } from '@audiohost/core'
import { cleanLine, cleanLines } from './clean-text.ts'
import type { DecodedBlock } from './tag-block.ts'
import { shownTags } from './tag-names.ts'
import { valuesOf } from './tag-values.ts'
import { isTechnicalText } from './technical-comments.ts'

const maxLineLength = 1000
/** Of tags that may have several lines. */
const maxLengths: Readonly<Record<string, number>> = { comment: 5000, description: 5000, lyrics: 65_536 }

/** The tags that are shown, by our names. Whatever else a file carries stays in the file. */
export function cleanTags(blocks: readonly DecodedBlock[]): MediaFacts['tags'] {
  const tags = Object.entries(shownTags).map(([name, sources]) => [name, cleanValues(name, blocks, sources)])
  const positions = { track: position(blocks, 'TRACK'), disc: position(blocks, 'DISC') }
  const shown = { ...Object.fromEntries(tags), ...positions } as Record<string, string>
  const [year = ''] = /^\d{4}/.exec(shown.year ?? '') ?? /^\d{4}/.exec(shown.date ?? '') ?? []
  return Object.fromEntries(Object.entries({ ...shown, year }).filter(([, value]) => value !== ''))
}

function cleanValues(name: string, blocks: readonly DecodedBlock[], sources: readonly string[]): string {
  const max = maxLengths[name]
  const clean = (value: string): string =>
    max === undefined ? cleanLine(value, maxLineLength) : cleanLines(value, max)
  const values = valuesOf(blocks, sources)
    .filter((value) => name !== 'comment' || !isTechnicalText(value))
    .map(clean)
    .filter((value) => value !== '')
  const joined = [...new Set(values)].join(max === undefined ? '; ' : '\n\n')
  return clean(joined)
}

/** "3/12", from one tag or from two. */
function position(blocks: readonly DecodedBlock[], name: 'TRACK' | 'DISC'): string {
  const [first = ''] = valuesOf(blocks, [`${name}NUMBER`])
  const [totals = ''] = valuesOf(blocks, [`${name}TOTAL`])
  const [, number, of] = /^\s*(\d{1,9})(?:\s*(?:\/|of)\s*(\d{1,9}))?/i.exec(first) ?? []
  if (number === undefined || Number(number) === 0) return ''
  const total = Number(of ?? totals.trim())
  return total > 0 ? `${Number(number)}/${total}` : Number(number).toString()
}
