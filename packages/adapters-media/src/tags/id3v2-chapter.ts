import type { TagBlock, TagValue } from './tag-block.ts'

const unknownTime = 0xffffffff

/** Element id, start and end in milliseconds, two byte offsets, frames (https://id3.org/id3v2-chapters-1.0). */
export async function addChapterFrame(
  block: TagBlock,
  data: Buffer,
  readTitle: ((frames: Buffer) => Promise<TagValue | undefined>) | undefined,
): Promise<void> {
  const at = data.indexOf(0) + 1
  if (at === 0 || data.length < at + 16) return
  const [start, end] = [data.readUInt32BE(at), data.readUInt32BE(at + 4)]
  if (start === unknownTime) return
  block.addChapter({
    startSeconds: start / 1000,
    endSeconds: end === unknownTime ? undefined : end / 1000,
    title: await readTitle?.(data.subarray(at + 16)),
  })
}
