import { readFileSync } from 'node:fs'
import type { AudioFormat, MediaFacts } from '@audiohost/core'

export interface Sample {
  readonly name: string
  readonly format: AudioFormat
  readonly bytes: Buffer
  readonly media: Partial<MediaFacts>
}

export const sampleBytes = (path: string): Buffer => readFileSync(new URL(path, import.meta.url))

interface Kind {
  readonly file: string
  readonly format: AudioFormat
  readonly codec: string
  readonly sampleRate: number
  readonly channels?: number
  readonly tags?: 'all' | 'without-date' | 'without-composer' | 'webm' | 'encoder'
  readonly hasCover?: boolean
}

const kinds: readonly Kind[] = [
  { file: 'cbr.mp3', format: 'mp3', codec: 'mp3', sampleRate: 44100 },
  {
    file: 'vbr-cover.mp3',
    format: 'mp3',
    codec: 'mp3',
    sampleRate: 22050,
    channels: 2,
    tags: 'without-date',
    hasCover: true,
  },
  { file: 'pcm16.wav', format: 'wav', codec: 'pcm', sampleRate: 8000, tags: 'without-composer' },
  { file: 'pcm24.wav', format: 'wav', codec: 'pcm', sampleRate: 8000 },
  { file: 'float32.wav', format: 'wav', codec: 'pcm', sampleRate: 8000 },
  { file: 'pcm16.rf64.wav', format: 'wav', codec: 'pcm', sampleRate: 8000 },
  { file: 'tagged.flac', format: 'flac', codec: 'flac', sampleRate: 16000, tags: 'all', hasCover: true },
  { file: 'vorbis.ogg', format: 'ogg', codec: 'vorbis', sampleRate: 22050, tags: 'all' },
  { file: 'opus.ogg', format: 'ogg', codec: 'opus', sampleRate: 48000, tags: 'all' },
  {
    file: 'aac.m4a',
    format: 'mp4',
    codec: 'aac',
    sampleRate: 22050,
    channels: 2,
    tags: 'all',
    hasCover: true,
  },
  { file: 'alac.m4a', format: 'mp4', codec: 'alac', sampleRate: 16000, tags: 'all' },
  { file: 'fragmented.m4a', format: 'mp4', codec: 'aac', sampleRate: 22050 },
  { file: 'adts.aac', format: 'aac', codec: 'aac', sampleRate: 22050 },
  { file: 'pcm16.aiff', format: 'aiff', codec: 'pcm', sampleRate: 8000 },
  { file: 'pcm16.aifc', format: 'aiff', codec: 'pcm', sampleRate: 8000 },
  { file: 'opus.webm', format: 'webm', codec: 'opus', sampleRate: 48000, tags: 'webm' },
  { file: 'aac.mka', format: 'mka', codec: 'aac', sampleRate: 22050, tags: 'encoder' },
  { file: 'aac.mov', format: 'mov', codec: 'aac', sampleRate: 22050, channels: 2 },
  { file: 'pcm16.caf', format: 'caf', codec: 'pcm', sampleRate: 8000 },
]

const sets = [
  { folder: 'sweep', durationSeconds: 1, title: 'Sweep', artist: 'Sine Waves' },
  { folder: 'spoken', durationSeconds: 1.25, title: 'Größer als 東京 🎧', artist: 'Émile & eSpeak' },
]

/** Every sample that is to be accepted, with what is known of it. Lossy codecs pad, so durations are good to 0.1 s. */
export const samples: readonly Sample[] = sets.flatMap((set) =>
  kinds.map(({ file, format, codec, sampleRate, channels = 1, tags, hasCover = false }) => ({
    name: `${set.folder}/${file}`,
    format,
    bytes: sampleBytes(`${set.folder}/${file}`),
    media: {
      codec,
      durationSeconds: set.durationSeconds,
      sampleRate,
      channels,
      tags: tagsOf(set, tags),
      hasCover,
    },
  })),
)

export function sample(name: string): Sample {
  const found = samples.find((one) => one.name === name)
  if (!found) throw new Error(`There is no sample ${name}`)
  return found
}

function tagsOf(
  { title, artist }: { readonly title: string; readonly artist: string },
  kept: Kind['tags'],
): MediaFacts['tags'] {
  const [album, composer, comment, date] = ['Samples', 'Nobody', 'Made by make-samples.sh', '2024']
  const common = { title, artist, genre: 'Test', track: '3/12' }
  if (kept === undefined) return {}
  if (kept === 'encoder') return { encoded_by: 'Lavc aac' }
  return {
    ...common,
    album,
    year: date,
    comment,
    ...(kept === 'webm' && { encoded_by: 'Lavc libopus' }),
    ...(kept !== 'without-date' && { date }),
    ...(kept !== 'without-composer' && { composer }),
  }
}

interface Refused {
  readonly name: string
  readonly bytes: Buffer
}

const refused = (file: string): Refused => ({ name: file, bytes: sampleBytes(`refused/${file}`) })

export const notAudio: readonly Refused[] = [
  'page.html.mp3',
  'picture.png.mp3',
  'document.pdf.mp3',
  'archive.zip.mp3',
  'words.txt.mp3',
  'two-lucky-bytes.mp3',
  'utf-16.txt.mp3',
].map(refused)

export const unsupported: readonly Refused[] = [
  'windows-media.wma',
  'layer-two.mp2',
  'wavpack.wv',
  'speex.ogg',
  'film.avi',
].map(refused)

/** Their containers are accepted; only their tracks show that they are films. */
export const films: readonly (Refused & { readonly format: AudioFormat })[] = [
  { ...refused('film.mp4'), format: 'mp4' },
  { ...refused('film.webm'), format: 'webm' },
]

/** Their containers are accepted, their codecs are not. `named`: what the refusal says. */
export const refusedCodecs: readonly (Refused & { readonly format: AudioFormat; readonly named: string })[] =
  [
    { ...refused('adpcm.wav'), format: 'wav', named: 'WAV with Microsoft ADPCM' },
    { ...refused('gsm.wav'), format: 'wav', named: 'WAV with GSM 6.10' },
    { ...refused('ima4.aiff'), format: 'aiff', named: 'AIFF with IMA ADPCM' },
    { ...refused('ac3.mp4'), format: 'mp4', named: 'MPEG-4 with AC-3' },
    { ...refused('ac3.mka'), format: 'mka', named: 'Matroska with AC-3' },
  ]
