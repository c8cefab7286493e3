import type { BufferedContent } from '../buffered-content.ts'
import { readBoxes, type Box } from '../containers/mp4-boxes.ts'
import { findAtom, readAtoms } from './mp4-atoms.ts'
import { readMp4Chapters } from './mp4-chapters.ts'
import { readItems } from './mp4-items.ts'
import { readUserData } from './mp4-user-data.ts'
import type { TagBlock, TagBlocks } from './tag-block.ts'

const mostBoxes = 10_000
const mostKeys = 1000
const maxKeyBytes = 64 * 1024

/** iTunes tags, QuickTime keys and QuickTime or 3GPP user data, in this order of trust. */
export async function readMp4Tags(content: BufferedContent, start: number, blocks: TagBlocks): Promise<void> {
  const moov = await findMoov(content, start)
  if (!moov) return
  const udta = await findAtom(content, moov, 'udta')
  const [itunes, keyed, userData] = [blocks.open(), blocks.open(), blocks.open()]
  for (const parent of [udta, moov]) {
    const meta = parent && (await findAtom(content, parent, 'meta'))
    if (meta) await readMeta(content, meta, { itunes, keyed })
  }
  if (udta) await readUserData(content, udta, userData)
  await readMp4Chapters(content, { start, moov, udta, block: itunes })
}

async function findMoov(content: BufferedContent, start: number): Promise<Box | undefined> {
  for await (const box of readBoxes(content, { start, end: content.sizeBytes }, mostBoxes))
    if (box.name === 'moov') return box
  return undefined
}

async function readMeta(
  content: BufferedContent,
  meta: Box,
  { itunes, keyed }: { readonly itunes: TagBlock; readonly keyed: TagBlock },
): Promise<void> {
  // QuickTime leaves out the version that ISO files have in front.
  const head = await content.read(meta.start, 8)
  const isBare = head.toString('latin1', 4, 8) === 'hdlr'
  const inside = { start: meta.start + (isBare ? 0 : 4), end: meta.end }
  const list = await findAtom(content, inside, 'ilst')
  if (!list) return
  const keys = await findAtom(content, inside, 'keys')
  const target = keys ? { block: keyed, keys: await readKeys(content, keys) } : { block: itunes, keys: [] }
  await readItems(content, list, target)
}

async function readKeys(content: BufferedContent, keys: Box): Promise<readonly string[]> {
  const names: string[] = []
  for await (const key of readAtoms(content, { start: keys.start + 8, end: keys.end }, mostKeys))
    names.push((await content.read(key.start, Math.min(key.end - key.start, maxKeyBytes))).toString('utf8'))
  return names
}
