import type { BufferedContent } from '../buffered-content.ts'
import { readCuePoints } from './riff-cue.ts'
import { readId3v2Tag } from './id3v2-tags.ts'
import { readChunks, textOf, type RiffChunk } from './riff-chunks.ts'
import { maxValueBytes, type TagBlock, type TagBlocks } from './tag-block.ts'

/** https://exiftool.org/TagNames/RIFF.html#Info */
const infoNames: Readonly<Record<string, string>> = {
  ...{
    INAM: 'TITLE',
    TITL: 'TITLE',
    IART: 'ARTIST',
    IPRD: 'ALBUM',
    IRPD: 'ALBUM',
    ICRD: 'DATE',
    YEAR: 'YEAR',
  },
  ...{
    IGNR: 'GENRE',
    GENR: 'GENRE',
    ICMT: 'COMMENT',
    COMM: 'COMMENT',
    ITRK: 'TRACKNUMBER',
    IPRT: 'TRACKNUMBER',
  },
  ...{ TRCK: 'TRACKNUMBER', ICOP: 'COPYRIGHT', ISFT: 'ENCODEDBY', CODE: 'ENCODEDBY', ITCH: 'ENCODEDBY' },
  ...{
    IMUS: 'COMPOSER',
    ILNG: 'LANGUAGE',
    IPUB: 'PUBLISHER',
    ISBJ: 'DESCRIPTION',
    TURL: 'WEBSITE',
    IBPM: 'BPM',
  },
}

export interface RiffFile {
  readonly start: number
  readonly sampleRate?: number | undefined
}

/** ID3v2, LIST INFO and the broadcast extension, in this order of trust; cue points become chapters. */
export async function readRiffTags(
  content: BufferedContent,
  { start, sampleRate }: RiffFile,
  blocks: TagBlocks,
): Promise<void> {
  const chunks: RiffChunk[] = []
  for await (const chunk of readChunks(content, { start: start + 12, end: content.sizeBytes }))
    chunks.push(chunk)
  for (const chunk of chunks) if (isId3(chunk)) await readId3v2Tag(content, chunk.start, blocks)
  const [info, broadcast] = [blocks.open(), blocks.open()]
  for (const chunk of chunks) {
    if (chunk.name === 'INFO') await readInfo(content, chunk, info)
    if (chunk.name === 'bext')
      readBroadcastExtension(await content.read(chunk.start, broadcastBytes), broadcast)
  }
  if (sampleRate) await readCuePoints(content, { chunks, sampleRate, block: info })
}

const isId3 = ({ name }: RiffChunk): boolean => name.toUpperCase() === 'ID3 '
const broadcastBytes = 338

async function readInfo(content: BufferedContent, list: RiffChunk, block: TagBlock): Promise<void> {
  for await (const { name, start, end } of readChunks(content, list)) {
    const known = infoNames[name.toUpperCase()]
    if (known) block.add(known, textOf(await content.read(start, Math.min(end - start, maxValueBytes))))
  }
}

/** EBU Tech 3285: fields of a fixed width. */
function readBroadcastExtension(bytes: Buffer, block: TagBlock): void {
  if (bytes.length < broadcastBytes) return
  block.add('DESCRIPTION', textOf(bytes.subarray(0, 256)))
  block.add('ENCODEDBY', textOf(bytes.subarray(256, 288)))
  const date = bytes.toString('latin1', 320, 330).replaceAll(/[^\d]/g, '-')
  const time = bytes.toString('latin1', 330, 338).replaceAll(/[^\d]/g, ':')
  if (!/^\d{4}-\d\d-\d\d$/.test(date) || date === '0000-00-00') return
  block.add('DATE', /^\d\d:\d\d:\d\d$/.test(time) ? `${date}T${time}` : date)
}
