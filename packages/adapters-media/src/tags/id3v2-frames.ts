import { addChapterFrame } from './id3v2-chapter.ts'
import { genresOf } from './id3v2-genre.ts'
import { FrameTexts } from './id3v2-text.ts'
import { addRelativeVolume } from './id3v2-volume.ts'
import type { TagBlock, TagValue } from './tag-block.ts'
import { isTechnicalDescription } from './technical-comments.ts'

/** Frames with values that are text (https://id3.org/id3v2.4.0-frames). */
const textFrames: Readonly<Record<string, string>> = {
  TIT2: 'TITLE',
  TPE1: 'ARTIST',
  TALB: 'ALBUM',
  TPE2: 'ALBUMARTIST',
  TCOM: 'COMPOSER',
  TEXT: 'LYRICIST',
  TPE3: 'CONDUCTOR',
  TPE4: 'REMIXER',
  TDRC: 'DATE',
  TDRL: 'RELEASEDATE',
  TDOR: 'ORIGINALDATE',
  TORY: 'ORIGINALYEAR',
  TRCK: 'TRACKNUMBER',
  TPOS: 'DISCNUMBER',
  TIT1: 'GROUPING',
  GRP1: 'GROUPING',
  TIT3: 'SUBTITLE',
  TPUB: 'PUBLISHER',
  TCOP: 'COPYRIGHT',
  TLAN: 'LANGUAGE',
  TMOO: 'MOOD',
  TKEY: 'KEY',
  TBPM: 'BPM',
  TSRC: 'ISRC',
  TENC: 'ENCODEDBY',
  TSSE: 'ENCODERSETTINGS',
  TDES: 'DESCRIPTION',
}

const linkFrames: Readonly<Record<string, string>> = { WOAR: 'WEBSITE', WCOP: 'LICENSE' }
const peopleFrames = new Set(['TIPL', 'TMCL', 'IPLS'])
const dateFrames = new Set(['TYER', 'TDAT', 'TIME'])
const otherFrames = new Set(['TCON', 'TXXX', 'COMM', 'USLT', 'UFID', 'RVA2', 'CHAP'])

/** The names of version 2.2 in those of later versions. */
export const frameNames22: Readonly<Record<string, string>> = {
  ...{
    TT1: 'TIT1',
    TT2: 'TIT2',
    TT3: 'TIT3',
    TP1: 'TPE1',
    TP2: 'TPE2',
    TP3: 'TPE3',
    TP4: 'TPE4',
    TAL: 'TALB',
  },
  ...{
    TCM: 'TCOM',
    TXT: 'TEXT',
    TYE: 'TYER',
    TDA: 'TDAT',
    TIM: 'TIME',
    TOR: 'TORY',
    TRK: 'TRCK',
    TPA: 'TPOS',
  },
  ...{
    TCO: 'TCON',
    TPB: 'TPUB',
    TCR: 'TCOP',
    TLA: 'TLAN',
    TKE: 'TKEY',
    TBP: 'TBPM',
    TRC: 'TSRC',
    TEN: 'TENC',
  },
  ...{
    TSS: 'TSSE',
    TDR: 'TDRL',
    GP1: 'GRP1',
    TXX: 'TXXX',
    COM: 'COMM',
    ULT: 'USLT',
    UFI: 'UFID',
    IPL: 'IPLS',
  },
  ...{ WAR: 'WOAR', WCP: 'WCOP', PIC: 'APIC' },
}

export const isCoverFrame = (id: string): boolean => id === 'APIC'

export const isUsedFrame = (id: string): boolean =>
  id in textFrames || id in linkFrames || peopleFrames.has(id) || dateFrames.has(id) || otherFrames.has(id)

export interface FrameToAdd {
  readonly id: string
  readonly data: Buffer
  /** The title among the frames within a chapter. */
  readonly readSubframes?: (data: Buffer) => Promise<TagValue | undefined>
}

export async function addFrame(block: TagBlock, { id, data, readSubframes }: FrameToAdd): Promise<void> {
  if (id === 'COMM' || id === 'USLT') addLanguageText(block, id, data)
  else if (id === 'UFID') addUniqueId(block, data)
  else if (id === 'RVA2') addRelativeVolume(block, data)
  else if (id === 'CHAP') await addChapterFrame(block, data, readSubframes)
  else if (id === 'TXXX') addNamedText(block, data)
  else if (id in linkFrames) block.add(linkFrames[id] ?? id, new FrameTexts(0, data).next())
  else addTexts(block, id, new FrameTexts(data[0], data.subarray(1)).all())
}

function addTexts(block: TagBlock, id: string, texts: readonly TagValue[]): void {
  if (peopleFrames.has(id)) addPeople(block, texts)
  else if (dateFrames.has(id)) block.add(`ID3 ${id}`, texts[0] ?? '')
  else if (id === 'TCON')
    texts.flatMap(genresOf).forEach((genre) => {
      block.add('GENRE', genre)
    })
  // A slash is part of a name, such as AC/DC, whatever version 2.3 says.
  else
    texts.forEach((text) => {
      block.add(textFrames[id] ?? id, text)
    })
}

/** Pairs of a role and a name. */
function addPeople(block: TagBlock, texts: readonly TagValue[]): void {
  for (let index = 0; index + 1 < texts.length; index += 2) {
    const name = texts[index + 1]
    if (texts[index]?.toString().toLowerCase() === 'producer' && name) block.add('PRODUCER', name)
  }
}

function addNamedText(block: TagBlock, data: Buffer): void {
  const texts = new FrameTexts(data[0], data.subarray(1))
  const name = texts.next().toString()
  for (const text of texts.all()) block.add(name, text)
}

/** Encoding, language, description and text. */
function addLanguageText(block: TagBlock, id: string, data: Buffer): void {
  const texts = new FrameTexts(data[0], data.subarray(4))
  const description = texts.next().toString()
  const [text] = texts.all()
  if (!text) return
  if (id === 'USLT') block.add('LYRICS', text)
  else if (!isTechnicalDescription(description)) block.add('COMMENT', text)
}

function addUniqueId(block: TagBlock, data: Buffer): void {
  const end = data.indexOf(0)
  const owner = data.toString('latin1', 0, Math.max(0, end))
  if (owner === 'http://musicbrainz.org') block.add('MUSICBRAINZ_TRACKID', data.toString('latin1', end + 1))
}

/** Version 2.3 has the year, the day as DDMM and the time as HHMM in frames of their own. */
export function addFrameDates(block: TagBlock): void {
  const [year, day, time] = ['TYER', 'TDAT', 'TIME'].map((id) =>
    block.values.get(`ID3${id}`)?.[0]?.toString('latin1').trim(),
  )
  if (!year) return
  block.add('YEAR', year)
  const [, date, month] = /^(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])$/.exec(day ?? '') ?? []
  if (!date || !month || !/^\d{4}$/.test(year)) return
  const [, hours, minutes] = /^([01]\d|2[0-3])([0-5]\d)$/.exec(time ?? '') ?? []
  block.add('DATE', `${year}-${month}-${date}${hours && minutes ? `T${hours}:${minutes}` : ''}`)
}
