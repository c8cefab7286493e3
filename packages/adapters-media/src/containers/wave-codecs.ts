/** How a WAVE format tag (RFC 2361, mmreg.h) is accepted: no current browser plays the others. */
export const acceptedWaveCodecs: Readonly<Record<number, string>> = {
  0x0001: 'pcm',
  0x0003: 'pcm',
  0x0006: 'alaw',
  0x0007: 'ulaw',
  0x0055: 'mp3',
}

const refusedWaveCodecs: Readonly<Record<number, string>> = {
  0x0002: 'Microsoft ADPCM',
  0x0005: 'CVSD',
  0x0008: 'DTS',
  0x0010: 'OKI ADPCM',
  0x0011: 'IMA ADPCM',
  0x0014: 'G.723 ADPCM',
  0x0016: 'G.726',
  0x0017: 'Dialogic ADPCM',
  0x0020: 'Yamaha ADPCM',
  0x0022: 'TrueSpeech',
  0x0028: 'LPC-10',
  0x0031: 'GSM 6.10',
  0x0032: 'MSN Audio',
  0x0040: 'G.721 ADPCM',
  0x0041: 'G.728',
  0x0042: 'G.723.1',
  0x0045: 'G.726',
  0x0050: 'MPEG audio layer I or II',
  0x0061: 'Duck DK4 ADPCM',
  0x0062: 'Duck DK3 ADPCM',
  0x0064: 'G.726',
  0x0065: 'G.722',
  0x0069: 'IMA ADPCM',
  0x0070: 'Lernout & Hauspie CELP',
  0x0075: 'Voxware',
  0x0083: 'G.729',
  0x0085: 'G.726',
  0x0092: 'AC-3',
  0x00ff: 'AAC',
  0x0111: 'VIVO G.723',
  0x0112: 'VIVO Siren',
  0x0125: 'Sanyo ADPCM',
  0x0130: 'Sipro ACELP',
  0x0140: 'G.726',
  0x0160: 'Windows Media Audio 1',
  0x0161: 'Windows Media Audio',
  0x0162: 'Windows Media Audio Professional',
  0x0163: 'Windows Media Audio Lossless',
  0x0164: 'WMA over S/PDIF',
  0x0200: 'Creative ADPCM',
  0x0270: 'ATRAC3',
  0x028f: 'G.722',
  0x0401: 'Indeo Audio',
  0x0500: 'On2 AVC',
  0x1600: 'AAC in ADTS',
  0x1602: 'AAC in LATM',
  0x1610: 'HE-AAC',
  0x2000: 'AC-3',
  0x2001: 'DTS',
  0x566f: 'Vorbis',
  0x674f: 'Vorbis',
  0x6750: 'Vorbis',
  0x6751: 'Vorbis',
  0x676f: 'Vorbis',
  0x6770: 'Vorbis',
  0x6771: 'Vorbis',
  0x704f: 'Opus',
  0xa109: 'Speex',
  0xf1ac: 'FLAC',
}

export const waveCodecName = (tag: number): string =>
  refusedWaveCodecs[tag] ?? `the codec 0x${tag.toString(16).padStart(4, '0')}`

const extensible = 0xfffe
/** The ends of the subformats of an extensible header that stand for a format tag (mmreg.h; ambisonic B-format). */
const tagSubformats = ['000000001000800000aa00389b71', '00002107d3118644c8c1ca000000']

/** The format tag of a `fmt ` chunk; that of the subformat if the header is extensible. */
export function readWaveTag(fmt: Buffer): number {
  const tag = fmt.readUInt16LE(0)
  if (tag !== extensible || fmt.length < 40) return tag
  return tagSubformats.includes(fmt.toString('hex', 26, 40)) ? fmt.readUInt16LE(24) : tag
}

/** What S/PDIF recorders write as if it were PCM: DTS in four variants, and IEC 61937 bursts. */
const disguises: readonly (readonly [string, string])[] = [
  ['fe7f0180', 'DTS'],
  ['7ffe8001', 'DTS'],
  ['ff1f00e8', 'DTS'],
  ['1fffe800', 'DTS'],
  ['72f81f4e', 'AC-3 or DTS as S/PDIF'],
]

/** The codec that hides in bytes that claim to be PCM. */
export function disguisedCodec(sound: Buffer): string | undefined {
  const start = sound.findIndex((byte) => byte !== 0)
  if (start < 0) return undefined
  const mark = sound.toString('hex', start, start + 4)
  return disguises.find(([sync]) => sync === mark)?.[1]
}
