import type { Chapter, MusicBrainzIds, R128Gain, ReplayGain } from '@audiohost/core'
import { z } from 'zod'

const decibels = z.number().nullable().meta({ description: 'dB' })
const peak = z.number().nullable().meta({ description: '1 is digital full scale' })

export const replayGainSchema = z
  .object({ track_gain: decibels, track_peak: peak, album_gain: decibels, album_peak: peak })
  .nullable()
  .meta({ description: 'From ReplayGain tags; null if there are none' })

export const r128GainSchema = z
  .object({
    track_gain: decibels,
    album_gain: decibels,
    output_gain: z
      .number()
      .nullable()
      .meta({ description: 'dB. From the Opus header; decoders apply it, and the other gains add to it' }),
  })
  .nullable()
  .meta({ description: 'Opus gains to -23 LUFS (RFC 7845); null if there are none' })

const mbid = z.guid()

export const musicBrainzSchema = z
  .object({
    recording_id: mbid.nullable(),
    track_id: mbid.nullable(),
    release_id: mbid.nullable(),
    release_group_id: mbid.nullable(),
    artist_ids: z.array(mbid),
    album_artist_ids: z.array(mbid),
    work_ids: z.array(mbid),
  })
  .nullable()
  .meta({ description: 'MusicBrainz ids that the file is tagged with; null if there are none' })

export const chaptersSchema = z
  .array(
    z.object({
      start: z.number().meta({ description: 'Seconds' }),
      end: z.number().nullable().meta({ description: 'Seconds; null if the file does not say' }),
      title: z.string().nullable(),
    }),
  )
  .meta({ description: 'Ordered by start' })

export const showReplayGain = (gain: ReplayGain | undefined): z.output<typeof replayGainSchema> =>
  gain === undefined
    ? null
    : {
        track_gain: gain.trackGain ?? null,
        track_peak: gain.trackPeak ?? null,
        album_gain: gain.albumGain ?? null,
        album_peak: gain.albumPeak ?? null,
      }

export const showR128Gain = (gain: R128Gain | undefined): z.output<typeof r128GainSchema> =>
  gain === undefined
    ? null
    : {
        track_gain: gain.trackGain ?? null,
        album_gain: gain.albumGain ?? null,
        output_gain: gain.outputGain ?? null,
      }

export const showMusicBrainz = (ids: MusicBrainzIds | undefined): z.output<typeof musicBrainzSchema> =>
  ids === undefined
    ? null
    : {
        recording_id: ids.recordingId ?? null,
        track_id: ids.trackId ?? null,
        release_id: ids.releaseId ?? null,
        release_group_id: ids.releaseGroupId ?? null,
        artist_ids: [...(ids.artistIds ?? [])],
        album_artist_ids: [...(ids.albumArtistIds ?? [])],
        work_ids: [...(ids.workIds ?? [])],
      }

export const showChapters = (chapters: readonly Chapter[]): z.output<typeof chaptersSchema> =>
  chapters.map(({ startSeconds, endSeconds, title }) => ({
    start: startSeconds,
    end: endSeconds ?? null,
    title: title ?? null,
  }))
