import { parseAudioId, type Audio } from '@audiohost/core'
import { z } from 'zod'
import { JsonText } from '../json-text.ts'
import { id, idParameter, time } from './fields.ts'

export const audioId = idParameter(parseAudioId)

export const audioSchema = z
  .object({
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
    tags: z.record(z.string(), z.string()),
    has_cover: z.boolean(),
    status: z.enum(['ready', 'damaged']).meta({
      description:
        '`damaged`: the bytes were found to be missing or altered, and are not served until they are mended',
    }),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'Audio' })

export type ShownAudio = z.output<typeof audioSchema>

/** Field by field, so that nothing new leaves by accident. */
export const showAudio = (audio: Audio): ShownAudio => {
  const { content, media } = audio
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
    tags: { ...media.tags },
    has_cover: media.hasCover,
    status: audio.damage === undefined ? 'ready' : 'damaged',
    created_at: createdAt,
    // Written once where it is the same: of a page, the times take longer than all other fields.
    updated_at: isUnchanged ? createdAt : audio.updatedAt.toISOString(),
  }
}

const written = new WeakMap<Audio, JsonText<ShownAudio>>()

/** Written once for each object: repositories that remember what has not changed give the same one again. */
export function writeAudio(audio: Audio): JsonText<ShownAudio> {
  const known = written.get(audio)
  if (known) return known
  const text = new JsonText<ShownAudio>(JSON.stringify(showAudio(audio)))
  written.set(audio, text)
  return text
}
