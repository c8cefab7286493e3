/** Audio and video that is recognized and not accepted: what the client reads, by the extensions of file-type. */
export const unacceptedFormats: Readonly<Record<string, string>> = {
  asf: 'Windows Media',
  wma: 'Windows Media audio',
  wmv: 'Windows Media video',
  mid: 'MIDI',
  ape: "Monkey's Audio",
  wv: 'WavPack',
  mpc: 'Musepack',
  dsf: 'DSD audio (DSF)',
  ac3: 'AC-3',
  qcp: 'QCELP',
  voc: 'Creative Voice',
  it: 'an Impulse Tracker module',
  s3m: 'a ScreamTracker module',
  xm: 'a FastTracker module',
  avi: 'AVI video',
  m4v: 'MPEG-4 video',
  m4p: 'protected MPEG-4',
  f4v: 'Flash video',
  f4p: 'protected Flash video',
  flv: 'Flash video',
  mpg: 'MPEG video',
  mts: 'MPEG transport stream',
  mj2: 'Motion JPEG 2000',
  mxf: 'MXF video',
  rm: 'RealMedia',
}

interface Mark {
  readonly at: number
  /** As Latin-1. */
  readonly mark: string
  readonly name: string
}

const audible = 'Audible audio'

/** The same for what file-type does not know, or finds only at the start of a file. */
const unacceptedMarks: readonly Mark[] = [
  { at: 0, mark: 'MAC ', name: "Monkey's Audio" },
  { at: 0, mark: 'wvpk', name: 'WavPack' },
  { at: 0, mark: 'MPCK', name: 'Musepack' },
  { at: 0, mark: 'MP+', name: 'Musepack' },
  { at: 0, mark: 'tBaK', name: 'TAK' },
  { at: 0, mark: 'TTA1', name: 'True Audio' },
  { at: 0, mark: 'TTA2', name: 'True Audio' },
  { at: 0, mark: 'OFR ', name: 'OptimFROG' },
  { at: 0, mark: 'ajkg', name: 'Shorten' },
  { at: 0, mark: 'LPAC', name: 'LPAC' },
  { at: 0, mark: 'LA02', name: 'Lossless Audio' },
  { at: 0, mark: 'LA03', name: 'Lossless Audio' },
  { at: 0, mark: 'LA04', name: 'Lossless Audio' },
  { at: 0, mark: 'RKA', name: 'RKAU' },
  { at: 0, mark: 'ALS\0', name: 'MPEG-4 ALS' },
  { at: 0, mark: 'ADIF', name: 'AAC in ADIF' },
  { at: 0, mark: 'TWIN97012000', name: 'TwinVQ' },
  { at: 0, mark: 'FRM8', name: 'DSD audio (DFF)' },
  { at: 0, mark: 'DSD ', name: 'DSD audio (DSF)' },
  { at: 0, mark: '.snd', name: 'Sun audio' },
  { at: 0, mark: 'dns.', name: 'Sun audio' },
  { at: 0, mark: 'riff\x2e\x91\xcf\x11', name: 'Wave64' },
  { at: 8, mark: '8SVX', name: '8SVX' },
  { at: 8, mark: '16SV', name: '16SV' },
  { at: 8, mark: 'RMID', name: 'MIDI' },
  { at: 0, mark: 'DTSHDHDR', name: 'DTS-HD' },
  { at: 0, mark: '\x7f\xfe\x80\x01', name: 'DTS' },
  { at: 0, mark: '\xfe\x7f\x01\x80', name: 'DTS' },
  { at: 0, mark: '\x1f\xff\xe8\0', name: 'DTS' },
  { at: 0, mark: '\xff\x1f\0\xe8', name: 'DTS' },
  { at: 0, mark: '\x64\x58\x20\x25', name: 'DTS-HD' },
  { at: 4, mark: '\xf8\x72\x6f\xba', name: 'Dolby TrueHD' },
  { at: 4, mark: '\xf8\x72\x6f\xbb', name: 'MLP' },
  { at: 0, mark: '\x72\xf8\x1f\x4e', name: 'AC-3 or DTS as S/PDIF' },
  { at: 0, mark: '.ra\xfd', name: 'RealAudio' },
  { at: 0, mark: '.RMF', name: 'RealMedia' },
  { at: 0, mark: '#!SILK', name: 'SILK' },
  { at: 1, mark: '#!SILK', name: 'SILK' },
  { at: 0, mark: '#!EVRC', name: 'EVRC' },
  { at: 0, mark: '#!SMV', name: 'SMV' },
  { at: 0, mark: '#!iLBC', name: 'iLBC' },
  { at: 0, mark: 'ea3\x03', name: 'ATRAC (OpenMG)' },
  { at: 0, mark: 'EA3\x01', name: 'ATRAC (OpenMG)' },
  { at: 4, mark: '\x57\x90\x75\x36', name: audible },
  { at: 4, mark: 'ftypaax ', name: audible },
  { at: 4, mark: 'ftypaaxc', name: audible },
  { at: 0, mark: 'NIST_1A', name: 'NIST SPHERE' },
  { at: 0, mark: 'PVF1', name: 'PVF' },
  { at: 0, mark: '2BIT', name: 'AVR' },
  { at: 0, mark: 'wvh\0', name: 'WavPack' },
  { at: 0, mark: 'HVQM4', name: 'HVQM4 video' },
  { at: 1080, mark: 'M.K.', name: 'a tracker module' },
]

/** The name of an unaccepted format that has a mark, or frames that link up. */
export function findUnaccepted(bytes: Buffer): string | undefined {
  const found = unacceptedMarks.find(
    ({ at, mark }) => bytes.toString('latin1', at, at + mark.length) === mark,
  )
  if (found) return found.name
  if (isLatm(bytes)) return 'AAC in LATM'
  return isEnhancedAc3(bytes) ? 'E-AC-3' : undefined
}

const linkedFrames = 3

/** LOAS frames: 11 bits of sync, 13 bits of length (ISO 14496-3 section 1.7.2). */
function isLatm(bytes: Buffer): boolean {
  let at = 0
  for (let frames = 0; frames < linkedFrames; frames++) {
    if (at + 3 > bytes.length) return frames > 1
    const word = bytes.readUIntBE(at, 3)
    if (word >>> 13 !== 0x2b7) return false
    at += 3 + (word & 0x1fff)
  }
  return true
}

/** file-type knows the sync word of AC-3; the bit stream identification tells the two apart (ETSI TS 102 366, annex E). */
const isEnhancedAc3 = (bytes: Buffer): boolean =>
  bytes.length > 6 && bytes.readUInt16BE(0) === 0x0b77 && bytes.readUInt8(5) >>> 3 > 10
