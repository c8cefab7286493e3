/** A four-character code of AIFF-C, QuickTime and CAF that all of them share. */
interface PlainCodec {
  readonly codec: 'pcm' | 'alaw' | 'ulaw'
  /** Bits per sample; 0 if the header around the code has them. */
  readonly bits: number
}

const pcm = (bits = 0): PlainCodec => ({ codec: 'pcm', bits })

/** PCM in all its spellings, and the two companded codecs of telephones. */
export const plainCodecs: Readonly<Record<string, PlainCodec>> = {
  NONE: pcm(),
  twos: pcm(),
  sowt: pcm(),
  'raw ': pcm(),
  lpcm: pcm(),
  ipcm: pcm(),
  fpcm: pcm(),
  in24: pcm(24),
  in32: pcm(32),
  '42ni': pcm(24),
  '23ni': pcm(32),
  fl32: pcm(32),
  FL32: pcm(32),
  fl64: pcm(64),
  FL64: pcm(64),
  alaw: { codec: 'alaw', bits: 8 },
  ALAW: { codec: 'alaw', bits: 8 },
  ulaw: { codec: 'ulaw', bits: 8 },
  ULAW: { codec: 'ulaw', bits: 8 },
}

const names: Readonly<Record<string, string>> = {
  'ac-3': 'AC-3',
  AC_3: 'AC-3',
  'ec-3': 'E-AC-3',
  'ac-4': 'AC-4',
  cac3: 'AC-3',
  ima4: 'IMA ADPCM',
  dvi4: 'IMA ADPCM',
  'ms\0\x02': 'Microsoft ADPCM',
  'ms\0\x11': 'IMA ADPCM',
  'ms\0\x31': 'GSM 6.10',
  'ms\0\x32': 'MSN Audio',
  'ms\0U': 'MP3',
  '.mp1': 'MPEG audio layer I',
  '.mp2': 'MPEG audio layer II',
  '.mp3': 'MP3',
  agsm: 'GSM 6.10',
  'GSM ': 'GSM 6.10',
  G722: 'G.722',
  G726: 'G.726',
  G728: 'G.728',
  ADP4: 'IMA ADPCM',
  DWVW: 'DWVW',
  MAC3: 'MACE 3:1',
  MAC6: 'MACE 6:1',
  QDMC: 'QDesign Music',
  QDM2: 'QDesign Music 2',
  Qclp: 'QCELP',
  sqcp: 'QCELP',
  sevc: 'EVRC',
  ssmv: 'SMV',
  ilbc: 'iLBC',
  nmos: 'Nellymoser',
  sawp: 'AMR-WB+',
  samr: 'AMR',
  sawb: 'AMR',
  dtsc: 'DTS',
  dtse: 'DTS',
  dtsh: 'DTS-HD',
  dtsl: 'DTS-HD',
  dtsx: 'DTS:X',
  mlpa: 'Dolby TrueHD',
  mha1: 'MPEG-H',
  mhm1: 'MPEG-H',
  wma2: 'Windows Media Audio',
  'wma ': 'Windows Media Audio',
  WMA2: 'Windows Media Audio',
  vorb: 'Vorbis',
  enca: 'encrypted audio',
  drms: 'protected audio',
  AUDB: 'Audible audio',
  aavd: 'Audible audio',
  usac: 'USAC',
  paac: 'protected AAC',
}

/** What the client reads about a codec that is not accepted. */
export const codecName = (code: string): string => names[code] ?? `the codec ${printable(code)}`

const printable = (code: string): string => JSON.stringify(code.replace(/[^\x20-\x7e]/g, '?'))
