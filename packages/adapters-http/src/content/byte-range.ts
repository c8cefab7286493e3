import type { ByteRange } from '@audiohost/core'

/**
 * RFC 9110 section 14.2. `undefined` means: ignore the header and send everything. So does a request for several
 * ranges, which section 14.2 allows to ignore.
 */
export function parseByteRange(
  header: string | undefined,
  sizeBytes: number,
): ByteRange | 'unsatisfiable' | undefined {
  const [, list] = /^bytes=(.*)$/i.exec(header ?? '') ?? []
  // Section 5.6.1.2: empty list elements are skipped.
  const specs = (list ?? '').split(',').map(trimBlanks)
  const [spec, another] = specs.filter((element) => element !== '')
  return spec === undefined || another !== undefined ? undefined : rangeOf(spec, sizeBytes)
}

function rangeOf(spec: string, sizeBytes: number): ByteRange | 'unsatisfiable' | undefined {
  const [, first = '', last = ''] = /^(\d*)-(\d*)$/.exec(spec) ?? []
  if (first === '' && last === '') return undefined
  if (first !== '' && last !== '' && isLess(last, first)) return undefined

  const start = first === '' ? Math.max(0, sizeBytes - Number(last)) : Number(first)
  const end = first === '' || last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1)
  return start <= end ? { start, end } : 'unsatisfiable'
}

/** Compares as digits: beyond 2^53 two numbers may look the same. */
const isLess = (left: string, right: string): boolean => BigInt(left) < BigInt(right)

/** The optional whitespace of HTTP: space and tab, not what `trim` takes for blank. */
const trimBlanks = (text: string): string => text.replace(/^[ \t]+|[ \t]+$/g, '')
