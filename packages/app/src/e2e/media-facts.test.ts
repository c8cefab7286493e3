import { expect } from 'chai'
import {
  flacBlock,
  flacWith,
  id3v2,
  oggFile,
  oggPackets,
  textFrame,
  userTextFrame,
  vorbisComments,
} from '../../../adapters-media/samples/tagged.ts'
import type { Browser } from './browser.ts'
import { readSample, startTestServer, type TestServer } from './test-server.ts'

const releaseId = '8f1c2d3e-4b5a-4c6d-8e7f-9a0b1c2d3e4f'
const artistIds = ['0a1b2c3d-4e5f-4a6b-9c7d-8e9f0a1b2c3d', '1b2c3d4e-5f6a-4b7c-8d9e-0f1a2b3c4d5e']

const comments = [
  'TITLE=Реакция',
  'ARTIST=AC/DC',
  'ARTIST=Кино',
  'REPLAYGAIN_TRACK_GAIN=-6.50 dB',
  'REPLAYGAIN_TRACK_PEAK=0.988',
  `MUSICBRAINZ_ALBUMID=${releaseId}`,
  ...artistIds.map((id) => `MUSICBRAINZ_ARTISTID=${id}`),
  'R128_TRACK_GAIN=-512',
  'CHAPTER001=00:00:00.000',
  'CHAPTER001NAME=Начало',
  'CHAPTER002=00:00:00.500',
  'CHAPTER002NAME=Конец',
]

const musicbrainz = {
  recording_id: null,
  track_id: null,
  release_id: releaseId,
  release_group_id: null,
  artist_ids: artistIds,
  album_artist_ids: [],
  work_ids: [],
}
const replayGain = { track_gain: -6.5, track_peak: 0.988, album_gain: null, album_peak: null }

interface ShownMedia {
  readonly id: string
  readonly tags: Readonly<Record<string, string>>
}

describe('the facts of a tagged file, with PostgreSQL', () => {
  let server: TestServer
  let ada: Browser
  before(async () => {
    server = await startTestServer()
    ada = await server.signedIn('ada')
  })
  after(() => server.close())

  /** As the upload returns it, and as it is read from the database afterwards. */
  async function shownMedia(bytes: Buffer, fileName: string): Promise<readonly ShownMedia[]> {
    const reply = await ada.upload(bytes, fileName)
    expect(reply.status).to.equal(201)
    const uploaded = (await reply.json()) as ShownMedia
    const stored = await ada.fetch(`/v1/audio/file/${uploaded.id}/metadata`)
    expect(stored.status).to.equal(200)
    return [uploaded, (await stored.json()) as ShownMedia]
  }

  it('shows those of FLAC', async () => {
    const flac = await readSample('sweep/tagged.flac')
    const bytes = flacWith(flac, [flacBlock(4, vorbisComments(comments))])
    for (const shown of await shownMedia(bytes, 'song.flac')) {
      expect(shown).to.deep.include({
        codec: 'flac',
        lossless: true,
        bit_depth: 16,
        replay_gain: replayGain,
        musicbrainz,
      })
      expect(shown).to.have.deep.property('chapters', [
        { start: 0, end: 0.5, title: 'Начало' },
        { start: 0.5, end: 1, title: 'Конец' },
      ])
      expect(shown.tags).to.include({ title: 'Реакция', artist: 'AC/DC; Кино' })
    }
  })

  it('shows those of Opus, with its R128 gain', async () => {
    const [head, , ...sound] = oggPackets(await readSample('sweep/opus.ogg'))
    if (!head) throw new Error('The sample has no packets')
    const tags = Buffer.concat([Buffer.from('OpusTags'), vorbisComments(comments)])
    const bytes = oggFile([head, { data: tags, granule: 0n }, ...sound])
    for (const shown of await shownMedia(bytes, 'song.opus')) {
      expect(shown).to.deep.include({
        codec: 'opus',
        sample_rate: 48_000,
        lossless: false,
        bit_depth: null,
        r128_gain: { track_gain: -2, album_gain: null, output_gain: null },
        musicbrainz,
      })
      expect(shown.tags).to.include({ title: 'Реакция', artist: 'AC/DC; Кино' })
    }
  })

  it('shows those of mp3, and null for what it does not say', async () => {
    const frames = [
      textFrame('TPE1', 'Кино'),
      userTextFrame('REPLAYGAIN_TRACK_GAIN', '-6.50 dB'),
      userTextFrame('REPLAYGAIN_TRACK_PEAK', '0.988'),
    ]
    const bytes = Buffer.concat([id3v2(4, frames), await readSample('sweep/cbr.mp3')])
    for (const shown of await shownMedia(bytes, 'song.mp3')) {
      expect(shown).to.deep.include({
        codec: 'mp3',
        lossless: false,
        bit_depth: null,
        replay_gain: replayGain,
        r128_gain: null,
        musicbrainz: null,
        chapters: [],
      })
      expect(shown.tags).to.deep.equal({ artist: 'Кино' })
    }
  })
})
