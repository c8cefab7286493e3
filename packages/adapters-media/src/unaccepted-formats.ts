/** Audio and video that is recognised and not accepted: what the client is told, by the extensions of file-type. */
export const unacceptedFormats: Readonly<Record<string, string>> = {
  asf: 'Windows Media',
  wma: 'Windows Media audio',
  wmv: 'Windows Media video',
  amr: 'AMR',
  mid: 'MIDI',
  ape: "Monkey's Audio",
  wv: 'WavPack',
  mpc: 'Musepack',
  dsf: 'DSD audio',
  ac3: 'AC-3',
  qcp: 'QCELP',
  voc: 'Creative Voice',
  it: 'an Impulse Tracker module',
  s3m: 'a ScreamTracker module',
  xm: 'a FastTracker module',
  mkv: 'Matroska',
  avi: 'AVI video',
  mov: 'QuickTime',
  m4v: 'MPEG-4 video',
  m4p: 'protected MPEG-4',
  f4v: 'Flash video',
  f4p: 'protected Flash video',
  '3g2': '3GPP2 video',
  flv: 'Flash video',
  mpg: 'MPEG video',
  mts: 'MPEG transport stream',
  mj2: 'Motion JPEG 2000',
  mxf: 'MXF video',
  rm: 'RealMedia',
}

/** The same for what file-type does not know. */
export const unacceptedMarks: readonly {
  readonly at: number
  readonly mark: string
  readonly name: string
}[] = [
  { at: 0, mark: 'caff', name: 'Core Audio Format' },
  { at: 0, mark: '.snd', name: 'Sun audio' },
  { at: 0, mark: 'FRM8', name: 'DSD audio' },
  { at: 0, mark: 'TTA1', name: 'True Audio' },
  { at: 0, mark: 'OFR ', name: 'OptimFROG' },
  { at: 0, mark: 'ajkg', name: 'Shorten' },
  { at: 0, mark: 'riff\x2e\x91\xcf\x11', name: 'Wave64' },
  { at: 8, mark: '8SVX', name: '8SVX' },
]
