/** The samples that an encoder added, which players do not play. */
export interface Gapless {
  readonly delay: number
  readonly padding: number
  /** The samples that remain, if the tag has them. */
  readonly samples?: number
}

/** iTunes writes four hexadecimal numbers: 0, the delay, the padding and the number of samples. */
const itunesNumbers = /^.{0,24}?0{8} ([\dA-F]{8}) ([\dA-F]{8}) ([\dA-F]{16})/is
const mark = 'iTunSMPB'

/** Reads the iTunes comment `iTunSMPB`, in Latin-1, UTF-8 or UTF-16, from the bytes of a tag. */
export function readItunesGapless(tag: Buffer): Gapless | undefined {
  const narrow = tag.indexOf(mark)
  const wide = narrow >= 0 ? -1 : tag.indexOf(Buffer.from(mark, 'utf16le'))
  const at = narrow >= 0 ? narrow : wide
  if (at < 0) return undefined
  // Without zeros, UTF-16 of either byte order reads as Latin-1.
  const text = tag
    .toString('latin1', at, at + 400)
    .replaceAll('\0', '')
    .slice(mark.length)
  const [, delay, padding, samples] = itunesNumbers.exec(text) ?? []
  if (delay === undefined || padding === undefined || samples === undefined) return undefined
  return {
    delay: Number.parseInt(delay, 16),
    padding: Number.parseInt(padding, 16),
    samples: Number.parseInt(samples, 16),
  }
}

/** The samples of `total` that are played; all of them if the tag does not fit. */
export function playedSamples(total: number, gapless: Gapless | undefined): number {
  if (!gapless) return total
  const { delay, padding, samples } = gapless
  const played = total - delay - padding
  const contradicts = samples !== undefined && Math.abs(samples - played) > longestFrameSamples
  return played <= 0 || contradicts ? total : (samples ?? played)
}

const longestFrameSamples = 2304
