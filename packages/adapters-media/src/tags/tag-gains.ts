import type { DecodedBlock } from './tag-block.ts'
import { definedOnly, valuesOf } from './tag-values.ts'
import type { TaggedFacts } from './tagged-facts.ts'

const largestGain = 100
const largestPeak = 1000
/** Q7.8: 8 bits behind the point. */
const fraction = 256

export function gainsOf(blocks: readonly DecodedBlock[]): Pick<TaggedFacts, 'replayGain' | 'r128Gain'> {
  const read = (names: readonly string[], most: number) => numberOf(valuesOf(blocks, names)[0], -most, most)
  const gain = (scope: string) => read([`REPLAYGAIN${scope}GAIN`, `RVA2${scope}GAIN`], largestGain)
  const peak = (scope: string) =>
    numberOf(valuesOf(blocks, [`REPLAYGAIN${scope}PEAK`, `RVA2${scope}PEAK`])[0], 0, largestPeak)
  const fixed = (name: string) => {
    const value = read([name], 0x8000)
    return value === undefined ? undefined : value / fraction
  }
  const replayGain = definedOnly({
    trackGain: gain('TRACK'),
    trackPeak: peak('TRACK'),
    albumGain: gain('ALBUM'),
    albumPeak: peak('ALBUM'),
  })
  const r128Gain = definedOnly({
    trackGain: fixed('R128TRACKGAIN'),
    albumGain: fixed('R128ALBUMGAIN'),
    outputGain: fixed('OPUSOUTPUTGAIN'),
  })
  return { replayGain, r128Gain }
}

/** "-7.03 dB", "+1,5 dB", "0.98". */
function numberOf(text: string | undefined, least: number, most: number): number | undefined {
  const [, digits] = /^([+-]?\d{1,10}(?:[.,]\d{1,20})?)(?: ?dB)?$/i.exec(text?.trim() ?? '') ?? []
  const value = Number(digits?.replace(',', '.'))
  return value >= least && value <= most ? Math.round(value * 1e6) / 1e6 : undefined
}
