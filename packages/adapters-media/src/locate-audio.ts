import { viewOf, type ContentView } from './content-view.ts'
import { countZeros, identifyFormat, type Identity } from './identify-format.ts'
import { endOfId3Frames, findLeadingTags } from './tag-blocks.ts'

const identifiedBytes = 64 * 1024
/** Padding that some taggers leave behind a tag. */
const mostZeros = 256 * 1024
const keptTagBytes = 256 * 1024

export interface LocatedAudio {
  readonly identity: Identity
  /** From the start of the audio on. */
  readonly view: ContentView
  /** The tags in front, as far as readers need them. */
  readonly lead: Buffer
}

/**
 * What follows the tags in front of the audio. The size of a tag may be wrong, so if it does not lead to the start of
 * audio, the end of the frames inside the tag is tried. `cut`: the content ends inside a tag.
 */
export async function locateAudio(content: ContentView): Promise<LocatedAudio | 'cut'> {
  const { end, lastStart } = await findLeadingTags(content)
  const lead = await content.read(0, Math.min(end, keptTagBytes))
  const bySize = await identifyAt(content, end)
  if (isExact(bySize.identity) || end === 0) return { ...bySize, lead }
  const framesEnd = await endOfId3Frames(content, lastStart)
  const byFrames =
    framesEnd !== undefined && framesEnd < end ? await identifyAt(content, framesEnd) : undefined
  if (byFrames && isExact(byFrames.identity)) return { ...byFrames, lead }
  if (end >= content.sizeBytes) return 'cut'
  return { ...bySize, lead }
}

const isExact = (identity: Identity): boolean => identity.verdict === 'audio' && identity.isExact

async function identifyAt(content: ContentView, at: number): Promise<Omit<LocatedAudio, 'lead'>> {
  const { end } = at > 0 ? await findLeadingTags(viewOf(content, at)) : { end: 0 }
  const start = at > 0 ? await skipZeros(content, at + end) : 0
  const view = viewOf(content, start)
  return { identity: await identifyFormat(await view.read(0, identifiedBytes)), view }
}

async function skipZeros(content: ContentView, start: number): Promise<number> {
  const zeros = countZeros(await content.read(start, identifiedBytes))
  return start + (zeros < identifiedBytes ? zeros : countZeros(await content.read(start, mostZeros)))
}
