import { parseAudioId, withoutLongTexts, type Audio, type MediaFacts } from '@audiohost/core'
import { z } from 'zod'
import { JsonText } from '../json-text.ts'
import {
  chaptersSchema,
  musicBrainzSchema,
  r128GainSchema,
  replayGainSchema,
  showChapters,
  showMusicBrainz,
  showR128Gain,
  showReplayGain,
} from './audio-facts.ts'
import { id, idParameter, time } from './fields.ts'

export const audioId = idParameter(parseAudioId)

const listedFields = z.object({
  id,
  owner_id: id,
  title: z.string(),
  description: z.string(),
  file_name: z.string().meta({
    description:
      "The client's name of the file, cleaned, for display. `?download` saves under this name with an extension that fits the content.",
  }),
  content_type: z.string().meta({ description: 'What the bytes are', example: 'audio/mpeg' }),
  size: z.int().meta({ description: 'Bytes' }),
  sha256: z.string().meta({ pattern: '^[0-9a-f]{64}$' }),
  duration: z.number().nullable().meta({ description: 'Seconds' }),
  bitrate: z.number().nullable().meta({ description: 'Bits a second, averaged' }),
  sample_rate: z.number().nullable().meta({ description: 'Hertz' }),
  channels: z.int().nullable(),
  codec: z.string().nullable(),
  bit_depth: z.int().nullable().meta({ description: 'Bits per sample of PCM and lossless codecs' }),
  lossless: z.boolean().nullable(),
  tags: z.record(z.string(), z.string()),
  has_cover: z.boolean(),
  replay_gain: replayGainSchema,
  r128_gain: r128GainSchema,
  musicbrainz: musicBrainzSchema,
  status: z.enum(['ready', 'damaged']).meta({
    description:
      '`damaged`: the bytes were found to be missing or altered, and are not served until they are mended',
  }),
  created_at: time,
  updated_at: time,
})

export const audioSchema = listedFields.extend({ chapters: chaptersSchema }).meta({ id: 'Audio' })

/** Lists would be many times longer with lyrics and chapters. */
export const listedAudioSchema = listedFields.meta({
  id: 'ListedAudio',
  description:
    'Audio without `chapters` and without `lyrics` in `tags`; `GET /v1/audio/file/{id}/metadata` has them',
})

export type ShownAudio = z.output<typeof audioSchema>
export type ShownListedAudio = z.output<typeof listedAudioSchema>

/** Field by field, so that nothing new leaves by accident. */
export const showAudio = (audio: Audio): ShownAudio => ({
  ...showFields(audio, audio.media),
  chapters: showChapters(audio.media.chapters),
})

export const showListedAudio = (audio: Audio): ShownListedAudio =>
  showFields(audio, withoutLongTexts(audio.media))

function showFields(audio: Audio, media: Omit<MediaFacts, 'chapters'>): ShownListedAudio {
  const { content } = audio
  const createdAt = audio.createdAt.toISOString()
  const isUnchanged = audio.updatedAt.getTime() === audio.createdAt.getTime()
  return {
    id: audio.id,
    owner_id: audio.ownerId,
    title: audio.title,
    description: audio.description,
    file_name: audio.fileName,
    content_type: media.contentType,
    size: content.sizeBytes,
    sha256: content.sha256,
    duration: media.durationSeconds ?? null,
    bitrate: media.bitrate ?? null,
    sample_rate: media.sampleRate ?? null,
    channels: media.channels ?? null,
    codec: media.codec ?? null,
    bit_depth: media.bitDepth ?? null,
    lossless: media.lossless ?? null,
    tags: { ...media.tags },
    has_cover: media.hasCover,
    replay_gain: showReplayGain(media.replayGain),
    r128_gain: showR128Gain(media.r128Gain),
    musicbrainz: showMusicBrainz(media.musicBrainz),
    status: audio.damage === undefined ? 'ready' : 'damaged',
    created_at: createdAt,
    // Written once where it is the same: of a page, the times take longer than all other fields.
    updated_at: isUnchanged ? createdAt : audio.updatedAt.toISOString(),
  }
}

const written = new WeakMap<Audio, JsonText<ShownListedAudio>>()

/** Written once for each object: repositories that remember what has not changed give the same one again. */
export function writeListedAudio(audio: Audio): JsonText<ShownListedAudio> {
  const known = written.get(audio)
  if (known) return known
  const text = new JsonText<ShownListedAudio>(JSON.stringify(showListedAudio(audio)))
  written.set(audio, text)
  return text
}
