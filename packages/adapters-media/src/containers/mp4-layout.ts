import type { ContentView } from '../content-view.ts'
import { readBoxes, type Box } from './mp4-boxes.ts'
import { addFragment, readTrackDefaults, type FragmentSamples } from './mp4-fragments.ts'

export type { FragmentSamples } from './mp4-fragments.ts'

const mostBoxes = 20_000
/** Later fragments are computed in proportion. */
const mostReads = 200

/** Boxes that follow one another; anything else behind them is rubbish. */
const topLevelNames = new Set(
  'ftyp moov mdat moof mfra free skip wide udta meta sidx styp uuid pnot PICT'.split(' '),
)
/** What they announce does not matter if every sample is there. */
const fillers = new Set(['mdat', 'free', 'skip', 'wide'])

export interface Mp4Layout {
  brand: string | undefined
  moov: Box | undefined
  /** Whether a box with tables ends past the end of the file. */
  isCut: boolean
  /** Whether media end past the end of the file, so that only the sample tables can say if samples are missing. */
  isMediaCut: boolean
  isFragmented: boolean
}

export async function readMp4Layout(content: ContentView): Promise<Mp4Layout> {
  const layout: Mp4Layout = {
    brand: undefined,
    moov: undefined,
    isCut: false,
    isMediaCut: false,
    isFragmented: false,
  }
  let hasMedia = false
  let last = ''
  let end = 0
  for await (const box of readBoxes(content, { start: 0, end: content.sizeBytes }, mostBoxes)) {
    if (box.end > content.sizeBytes) {
      layout.isMediaCut = fillers.has(box.name)
      layout.isCut = topLevelNames.has(box.name) && !layout.isMediaCut
      hasMedia ||= box.name === 'mdat' && box.start < content.sizeBytes
      break
    }
    if (box.name === 'ftyp') layout.brand ??= (await content.read(box.start, 4)).toString('latin1')
    if (box.name === 'moov') layout.moov ??= box
    layout.isFragmented ||= box.name === 'moof'
    hasMedia ||= box.name === 'mdat' && box.end > box.start
    last = box.name
    end = box.end
    if (content.reads > mostReads) return layout
  }
  // Files from before there was a type box are QuickTime.
  layout.brand ??= 'qt  '
  layout.isCut ||= !hasMedia || (last === 'moof' && !layout.isMediaCut && content.sizeBytes - end < 8)
  return layout
}

/** The samples of a track in all fragments; those past the limit on reads in proportion. */
export async function readFragments(
  content: ContentView,
  { moov, isFragmented }: Mp4Layout,
  trackId: number,
): Promise<FragmentSamples> {
  const sum: FragmentSamples = { samples: 0, units: 0, bytes: 0, end: 0 }
  if (!isFragmented || !moov) return sum
  const defaults = await readTrackDefaults(content, moov, trackId)
  for await (const box of readBoxes(content, { start: moov.end, end: content.sizeBytes }, mostBoxes)) {
    if (box.name === 'moof') await addFragment(content, box, { trackId, defaults, sum })
    if (content.reads <= mostReads) continue
    const share = (content.sizeBytes - moov.end) / (box.end - moov.end)
    return { ...sum, units: sum.units * share, bytes: sum.bytes * share }
  }
  return sum
}
