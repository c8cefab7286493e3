/** The formats that are accepted, by container; the probe finds the codec inside. */
export const audioFormats = [
  'mp3',
  'wav',
  'flac',
  'ogg',
  'mp4',
  'aac',
  'aiff',
  'webm',
  'mka',
  'mov',
  '3gp',
  'amr',
  'amr-wb',
  'caf',
] as const

export type AudioFormat = (typeof audioFormats)[number]

/**
 * The media type of each format: the registered one, or else the one in common use. An audio-only QuickTime
 * file is served as MPEG-4, whose container is the same: browsers play it, and `video/quicktime` would
 * promise pictures.
 */
export const contentTypeOf: Readonly<Record<AudioFormat, string>> = {
  mp3: 'audio/mpeg',
  wav: 'audio/wav',
  flac: 'audio/flac',
  ogg: 'audio/ogg',
  mp4: 'audio/mp4',
  aac: 'audio/aac',
  aiff: 'audio/aiff',
  webm: 'audio/webm',
  mka: 'audio/x-matroska',
  mov: 'audio/mp4',
  '3gp': 'audio/3gpp',
  amr: 'audio/amr',
  'amr-wb': 'audio/amr-wb',
  caf: 'audio/x-caf',
}
