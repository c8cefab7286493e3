import type { BufferedContent } from '../buffered-content.ts'
import { readChunks, textOf, type RiffChunk } from './riff-chunks.ts'
import { maxChapters, maxValueBytes, type TagBlock } from './tag-block.ts'

const pointBytes = 24

interface CueChunks {
  readonly chunks: readonly RiffChunk[]
  readonly sampleRate: number
  readonly block: TagBlock
}

/** Cue points count samples; their labels are in a list of their own. */
export async function readCuePoints(
  content: BufferedContent,
  { chunks, sampleRate, block }: CueChunks,
): Promise<void> {
  const cue = chunks.find(({ name }) => name === 'cue ')
  if (!cue) return
  const labels = await readLabels(content, chunks)
  const bytes = await content.read(cue.start + 4, Math.min(cue.end - cue.start - 4, maxChapters * pointBytes))
  for (let at = 0; at + pointBytes <= bytes.length; at += pointBytes) {
    const title = labels.get(bytes.readUInt32LE(at))
    block.addChapter({ startSeconds: bytes.readUInt32LE(at + 20) / sampleRate, title })
  }
}

async function readLabels(
  content: BufferedContent,
  chunks: readonly RiffChunk[],
): Promise<ReadonlyMap<number, Buffer>> {
  const labels = new Map<number, Buffer>()
  for (const list of chunks.filter(({ name }) => name === 'adtl'))
    for await (const { name, start, end } of readChunks(content, list)) {
      if (name !== 'labl') continue
      const bytes = await content.read(start, Math.min(end - start, maxValueBytes))
      if (bytes.length > 4) labels.set(bytes.readUInt32LE(), textOf(bytes.subarray(4)))
    }
  return labels
}
