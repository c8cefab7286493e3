import { anAudio } from '@audiohost/core/testing'
import { expect } from 'chai'
import { showAudio, showListedAudio } from './audio.ts'

const createdAt = new Date('2026-01-02T03:04:05.006Z')

describe('showAudio', () => {
  for (const [what, updatedAt, shown] of [
    ['when it was created, where nobody has changed it', new Date(createdAt), '2026-01-02T03:04:05.006Z'],
    [
      'when it was changed, to the millisecond',
      new Date('2026-01-02T03:04:05.007Z'),
      '2026-01-02T03:04:05.007Z',
    ],
  ] as const) {
    it(`says ${what}`, () => {
      const { created_at, updated_at } = showAudio(anAudio({ createdAt, updatedAt }))
      expect({ created_at, updated_at }).to.deep.equal({
        created_at: '2026-01-02T03:04:05.006Z',
        updated_at: shown,
      })
    })
  }

  it('shows these fields in this order, and null for what is not known', () => {
    const audio = anAudio({ createdAt, updatedAt: createdAt, damage: 'short' })
    const unknown = { codec: undefined, durationSeconds: undefined, bitrate: undefined }
    const media = {
      ...audio.media,
      ...unknown,
      sampleRate: undefined,
      channels: undefined,
      lossless: undefined,
      tags: { a: '"' },
    }
    const { contentType, hasCover } = media
    const shown = [
      ['id', audio.id],
      ['owner_id', audio.ownerId],
      ['title', audio.title],
      ['description', audio.description],
      ['file_name', audio.fileName],
      ['content_type', contentType],
      ['size', audio.content.sizeBytes],
      ['sha256', audio.content.sha256],
      ['duration', null],
      ['bitrate', null],
      ['sample_rate', null],
      ['channels', null],
      ['codec', null],
      ['bit_depth', null],
      ['lossless', null],
      ['tags', { a: '"' }],
      ['has_cover', hasCover],
      ['replay_gain', null],
      ['r128_gain', null],
      ['musicbrainz', null],
      ['status', 'damaged'],
      ['created_at', '2026-01-02T03:04:05.006Z'],
      ['updated_at', '2026-01-02T03:04:05.006Z'],
      ['chapters', []],
    ]
    expect(JSON.stringify(showAudio({ ...audio, media }))).to.equal(JSON.stringify(Object.fromEntries(shown)))
  })

  it('shows gains, MusicBrainz ids and chapters with null for what the file leaves out', () => {
    const id = '0e4c9b1f-7c5c-4c0b-9d5a-1f6d2f3a4b5c'
    const media = {
      ...anAudio().media,
      bitDepth: 24,
      lossless: true,
      replayGain: { trackGain: -7.25, albumPeak: 0.5 },
      r128Gain: { outputGain: 0 },
      musicBrainz: { releaseId: id, artistIds: [id] },
      chapters: [{ startSeconds: 0, endSeconds: 1.5, title: 'One' }, { startSeconds: 1.5 }],
    }
    expect(showAudio(anAudio({ media }))).to.deep.include({
      bit_depth: 24,
      lossless: true,
      replay_gain: { track_gain: -7.25, track_peak: null, album_gain: null, album_peak: 0.5 },
      r128_gain: { track_gain: null, album_gain: null, output_gain: 0 },
      musicbrainz: {
        recording_id: null,
        track_id: null,
        release_id: id,
        release_group_id: null,
        artist_ids: [id],
        album_artist_ids: [],
        work_ids: [],
      },
      chapters: [
        { start: 0, end: 1.5, title: 'One' },
        { start: 1.5, end: null, title: null },
      ],
    })
  })

  it('leaves lyrics and chapters out of lists and everything else in', () => {
    const { media } = anAudio()
    const long = { tags: { title: 'A', lyrics: 'la\nla' }, chapters: [{ startSeconds: 0 }] }
    const audio = anAudio({ media: { ...media, ...long } })
    const { chapters, ...shown } = showAudio(audio)
    expect(chapters).to.have.lengthOf(1)
    expect(shown.tags).to.deep.equal(long.tags)
    expect(showListedAudio(audio)).to.deep.equal({ ...shown, tags: { title: 'A' } })
  })
})
