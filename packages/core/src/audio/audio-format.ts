/** The formats that are accepted, by container; the codec inside is told by the probe. */
export const audioFormats = ['mp3', 'wav', 'flac', 'ogg', 'mp4', 'aac', 'aiff', 'webm'] as const

export type AudioFormat = (typeof audioFormats)[number]

/** The registered or, for wav, flac and aiff, the commonly understood media type of each format. */
export const contentTypeOf: Readonly<Record<AudioFormat, string>> = {
  mp3: 'audio/mpeg',
  wav: 'audio/wav',
  flac: 'audio/flac',
  ogg: 'audio/ogg',
  mp4: 'audio/mp4',
  aac: 'audio/aac',
  aiff: 'audio/aiff',
  webm: 'audio/webm',
}
