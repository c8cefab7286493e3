import type { BufferedContent } from '../buffered-content.ts'
import { averageBitrate, truncated, unreadable, type ContainerReading } from './container-reading.ts'
import { elementHeaderBytes, readElement, type Element } from './ebml.ts'
import { readLiveEnd } from './webm-live-end.ts'

const ebmlId = 0x1a45dfa3
const segmentId = 0x18538067
/** Each may cost a read. */
const mostElements = 64

/** Whether all is there that the elements announce; what they say of the sound is left to music-metadata. */
export async function readWebm(content: BufferedContent): Promise<ContainerReading> {
  const ebml = await elementAt(content, 0)
  if (ebml?.id !== ebmlId || ebml.size === undefined) return unreadable
  const segment = await elementAt(content, ebml.start + ebml.size)
  if (!segment) return truncated
  if (segment.id !== segmentId) return unreadable
  if (segment.size === undefined) return readLive(content)
  if (segment.start + segment.size > content.sizeBytes) return truncated
  return (await hasCutElement(content, segment)) ? truncated : whole
}

const whole = { verdict: 'audio', format: 'webm', facts: {} } as const

/** What a browser records tells neither its size nor its duration. */
async function readLive(content: BufferedContent): Promise<ContainerReading> {
  const end = await readLiveEnd(content)
  if (end === 'cut') return truncated
  if (end === 'unknown') return whole
  const bitrate = averageBitrate(content.sizeBytes, end.durationSeconds)
  return { ...whole, facts: { durationSeconds: end.durationSeconds, bitrate } }
}

async function hasCutElement(content: BufferedContent, segment: Element): Promise<boolean> {
  let at = segment.start
  for (let count = 0; count < mostElements && at < segment.start + (segment.size ?? 0); count++) {
    const element = await elementAt(content, at)
    if (element?.size === undefined) return false
    at = element.start + element.size
    if (at > content.sizeBytes) return true
  }
  return false
}

async function elementAt(content: BufferedContent, at: number): Promise<Element | undefined> {
  const element = readElement(await content.read(at, elementHeaderBytes), 0)
  return element && { ...element, start: at + element.start }
}
