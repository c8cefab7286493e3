import { anAudio } from '@audiohost/core/testing'
import { expect } from 'chai'
import { showAudio } from './audio.ts'

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
    const media = { ...audio.media, ...unknown, sampleRate: undefined, channels: undefined, tags: { a: '"' } }
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
      ['tags', { a: '"' }],
      ['has_cover', hasCover],
      ['status', 'damaged'],
      ['created_at', '2026-01-02T03:04:05.006Z'],
      ['updated_at', '2026-01-02T03:04:05.006Z'],
    ]
    expect(JSON.stringify(showAudio({ ...audio, media }))).to.equal(JSON.stringify(Object.fromEntries(shown)))
  })
})
