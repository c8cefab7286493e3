import {
  searchText,
  titleKey,
  type Audio,
  type AudioId,
  type Chapter,
  type ContentDamage,
  type MediaFacts,
  type SearchedAudio,
  type UserId,
} from '@audiohost/core'

/** Rare facts that no list is ordered or filtered by. */
type TaggedFacts = Partial<Pick<MediaFacts, 'replayGain' | 'r128Gain' | 'musicBrainz'>>

/** A ready row of `audio`. */
export interface AudioRow {
  readonly id: AudioId
  readonly owner_id: UserId
  readonly title: string
  readonly title_key: string
  readonly description: string
  readonly file_name: string
  readonly size_bytes: number
  readonly sha256: string
  readonly damage: ContentDamage | null
  readonly content_type: string
  readonly codec: string | null
  readonly duration_seconds: number | null
  readonly bitrate: number | null
  readonly sample_rate: number | null
  readonly channels: number | null
  readonly bit_depth: number | null
  readonly lossless: boolean | null
  readonly tags: Readonly<Record<string, string>>
  readonly has_cover: boolean
  readonly tagged_facts: TaggedFacts | null
  readonly chapters: readonly Chapter[] | null
  readonly created_at: Date
  readonly updated_at: Date
}

/** All that `toAudio` reads, by name: what is found by is longer than all the rest, and a plan that was made for `*` fails once a migration has added a column. */
export const readyColumnNames = [
  'id',
  'owner_id',
  'title',
  'description',
  'file_name',
  'size_bytes',
  'sha256',
  'damage',
  'content_type',
  'codec',
  'duration_seconds',
  'bitrate',
  'sample_rate',
  'channels',
  'bit_depth',
  'lossless',
  'tags',
  'has_cover',
  'tagged_facts',
  'chapters',
  'created_at',
  'updated_at',
] as const satisfies readonly (keyof AudioRow)[]

export type ReadyAudioRow = Pick<AudioRow, (typeof readyColumnNames)[number]>

export const toAudio = (row: ReadyAudioRow): Audio => ({
  id: row.id,
  ownerId: row.owner_id,
  title: row.title,
  description: row.description,
  fileName: row.file_name,
  content: { sizeBytes: row.size_bytes, sha256: row.sha256 },
  damage: row.damage ?? undefined,
  media: {
    contentType: row.content_type,
    codec: row.codec ?? undefined,
    durationSeconds: row.duration_seconds ?? undefined,
    bitrate: row.bitrate ?? undefined,
    sampleRate: row.sample_rate ?? undefined,
    channels: row.channels ?? undefined,
    bitDepth: row.bit_depth ?? undefined,
    lossless: row.lossless ?? undefined,
    tags: row.tags,
    hasCover: row.has_cover,
    replayGain: row.tagged_facts?.replayGain,
    r128Gain: row.tagged_facts?.r128Gain,
    musicBrainz: row.tagged_facts?.musicBrainz,
    chapters: row.chapters ?? [],
  },
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})

export interface ListedAudio {
  readonly audio: Audio
  /** As it is stored: an older release folded titles in another way. */
  readonly titleKey: string
}

export const toListed = (row: AudioRow): ListedAudio => ({ audio: toAudio(row), titleKey: row.title_key })

/**
 * The state of a row: the transaction that wrote it, and its `updated_at`. Any change of the row, by whichever node or hand, gives
 * another. The time is there for a server that takes over without the last transactions of the one before, and gives their
 * numbers again.
 */
export const versionColumn = `xmin || ' ' || updated_at as version`

/** What audio is found by and ordered by; folded here, where the runtime knows all of Unicode, and not by the database. */
export const foundByColumns = (audio: SearchedAudio) => ({
  title_key: titleKey(audio.title),
  search_text: searchText(audio),
})

/** As JSON; null if the file is tagged with none of them, as most are. */
function taggedFacts({ replayGain, r128Gain, musicBrainz }: MediaFacts): string | null {
  const hasNone = !replayGain && !r128Gain && !musicBrainz
  return hasNone ? null : JSON.stringify({ replayGain, r128Gain, musicBrainz })
}

/** What an upload adds to its pending row. */
export const readyColumns = ({ content, media, ...audio }: Audio) => ({
  status: 'ready',
  title: audio.title,
  ...foundByColumns({ ...audio, media }),
  description: audio.description,
  file_name: audio.fileName,
  size_bytes: content.sizeBytes,
  sha256: content.sha256,
  content_type: media.contentType,
  codec: media.codec ?? null,
  duration_seconds: media.durationSeconds ?? null,
  bitrate: media.bitrate ?? null,
  sample_rate: media.sampleRate ?? null,
  channels: media.channels ?? null,
  bit_depth: media.bitDepth ?? null,
  lossless: media.lossless ?? null,
  tags: JSON.stringify(media.tags),
  has_cover: media.hasCover,
  tagged_facts: taggedFacts(media),
  chapters: media.chapters.length > 0 ? JSON.stringify(media.chapters) : null,
  updated_at: audio.updatedAt,
})

/** Of what somebody deleted nothing stays but the id, until the bytes are gone too. */
export const buriedColumns = {
  status: 'deleting',
  owner_id: null,
  title: null,
  title_key: null,
  search_text: null,
  description: null,
  file_name: null,
  sha256: null,
  tags: null,
  tagged_facts: null,
  chapters: null,
  damage: null,
  verified_at: null,
  made_for: null,
  // A word of PostgreSQL's for the present time: that of the database, whoever buries.
  updated_at: 'now',
} as const
