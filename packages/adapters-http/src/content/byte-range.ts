import type { ByteRange } from '@audiohost/core'

/** Of one reply. A client that asks for more, after those that touch have become one, gets everything. */
const maxRanges = 16
/** Specifiers in one header, before any are merged. */
const maxSpecs = 256
/** Enough for `maxSpecs` positions in a file of any size. */
const maxHeaderLength = 8192

/**
 * RFC 9110 section 14.2: the ranges asked for, at least one, none of which touches another, in the order of
 * their first mention. `undefined` means: ignore the header and send everything. An overlong header and one
 * with more ranges than are served are ignored too.
 */
export function parseByteRanges(
  header: string | undefined,
  sizeBytes: number,
): readonly ByteRange[] | 'unsatisfiable' | undefined {
  if (header === undefined || header.length > maxHeaderLength) return undefined
  const [, list = ''] = /^bytes=(.*)$/i.exec(header) ?? []
  // Section 5.6.1.2: empty list elements are skipped.
  const specs = list.split(',').filter(isNotBlank)
  if (specs.length === 0 || specs.length > maxSpecs) return undefined
  const parsed = specs.map((spec) => rangeOf(spec, sizeBytes))
  if (parsed.includes(undefined)) return undefined
  // Section 14.1.2: those behind the end do not matter where others are not.
  const ranges = parsed.filter((range): range is ByteRange => typeof range === 'object')
  if (ranges.length === 0) return 'unsatisfiable'
  const merged = merge(ranges)
  return merged.length > maxRanges ? undefined : merged
}

function rangeOf(spec: string, sizeBytes: number): ByteRange | 'unsatisfiable' | undefined {
  const [, first = '', last = ''] = /^[ \t]*(\d*)-(\d*)[ \t]*$/.exec(spec) ?? []
  if (first === '' && last === '') return undefined
  if (first !== '' && last !== '' && isLess(last, first)) return undefined

  const start = first === '' ? Math.max(0, sizeBytes - Number(last)) : Number(first)
  const end = first === '' || last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1)
  return start <= end ? { start, end } : 'unsatisfiable'
}

/** Section 15.3.7.2 allows to coalesce what overlaps; here also what adjoins. */
function merge(ranges: readonly ByteRange[]): readonly ByteRange[] {
  if (ranges.length === 1) return ranges
  const merged: (ByteRange & { readonly mention: number })[] = []
  const byStart = ranges.map((range, mention) => ({ ...range, mention })).sort((a, b) => a.start - b.start)
  for (const { start, end, mention } of byStart) {
    const last = merged.at(-1)
    if (last && start <= last.end + 1) {
      const union = {
        start: last.start,
        end: Math.max(last.end, end),
        mention: Math.min(last.mention, mention),
      }
      merged[merged.length - 1] = union
    } else {
      merged.push({ start, end, mention })
    }
  }
  return merged.sort((a, b) => a.mention - b.mention).map(({ start, end }) => ({ start, end }))
}

/** Compares as digits: beyond 2^53 two numbers may look the same. */
const isLess = (left: string, right: string): boolean => BigInt(left) < BigInt(right)

/** Optional whitespace in HTTP is space and tab only. */
const isNotBlank = (text: string): boolean => /[^ \t]/.test(text)
