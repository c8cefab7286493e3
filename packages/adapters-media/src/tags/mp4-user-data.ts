import type { BufferedContent } from '../buffered-content.ts'
import type { Box } from '../containers/mp4-boxes.ts'
import { readAtoms } from './mp4-atoms.ts'
import { maxValueBytes, utf8OrLegacy, type TagBlock, type TagValue } from './tag-block.ts'

const quickTime: Readonly<Record<string, string>> = {
  ...{
    '©nam': 'TITLE',
    '©ART': 'ARTIST',
    '©aut': 'ARTIST',
    '©alb': 'ALBUM',
    '©cmt': 'COMMENT',
    '©day': 'DATE',
  },
  ...{ '©gen': 'GENRE', '©cpy': 'COPYRIGHT', '©des': 'DESCRIPTION', '©com': 'COMPOSER', '©prd': 'PRODUCER' },
}

/** 3GPP TS 26.244 section 8. */
const mobile: Readonly<Record<string, string>> = {
  ...{ titl: 'TITLE', perf: 'ARTIST', auth: 'COMPOSER', albm: 'ALBUM', gnre: 'GENRE', dscp: 'DESCRIPTION' },
  ...{ cprt: 'COPYRIGHT' },
}

/** Text directly in the user data: QuickTime writes its length and a language, 3GPP a version and a language. */
export async function readUserData(content: BufferedContent, udta: Box, block: TagBlock): Promise<void> {
  for await (const atom of readAtoms(content, udta, 500)) {
    const bytes = Buffer.from(await content.read(atom.start, Math.min(atom.end - atom.start, maxValueBytes)))
    const quickTimeName = quickTime[atom.name]
    const mobileName = mobile[atom.name]
    if (quickTimeName && bytes.length > 4)
      block.add(quickTimeName, utf8OrLegacy(bytes.subarray(4, 4 + bytes.readUInt16BE())))
    if (mobileName && bytes.length > 6) block.add(mobileName, mobileText(bytes.subarray(6)))
    if (atom.name === 'yrrc' && bytes.length >= 6) block.add('YEAR', bytes.readUInt16BE(4).toString())
  }
}

function mobileText(bytes: Buffer): TagValue {
  if (bytes.length >= 2 && bytes.readUInt16BE() === 0xfeff)
    return new TextDecoder('utf-16be').decode(bytes).split('\0', 1)[0] ?? ''
  const end = bytes.indexOf(0)
  return utf8OrLegacy(end < 0 ? bytes : bytes.subarray(0, end))
}
