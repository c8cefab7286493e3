import { expect } from 'chai'
import type { AudioId } from '../ids.ts'
import {
  anAccount,
  inMemoryAdapters,
  InMemoryAudioContentStore,
  inPieces,
  type Account,
  type InMemoryAdapters,
} from '../testing/index.ts'
import { song, SongUploads } from '../testing/song-uploads.ts'
import type { IsInFlight } from './audio-content-store.ts'
import { FindLeftovers } from './find-leftovers.ts'
import { SweepLeftovers } from './sweep-leftovers.ts'
import { UploadAudio } from './upload-audio.ts'

describe('a content that is written slowly', () => {
  let adapters: InMemoryAdapters
  let account: Account
  let written: AudioId | undefined

  /** Told what of the content being written the sweep would take, and the report of one would count, for a leftover. */
  const isSpared = async (): Promise<boolean> => {
    const spared: (boolean | undefined)[] = []
    const ask = async (_before: Date, isInFlight: IsInFlight): Promise<number> => {
      spared.push(written && (await isInFlight(written)))
      return 0
    }
    const asking = { removePartial: ask, countPartial: ask }
    const contents = Object.assign(new InMemoryAudioContentStore(), asking)
    for (const Walk of [SweepLeftovers, FindLeftovers]) {
      await new Walk({ ...adapters, contents }).execute({ ageSeconds: 0 })
    }
    expect(spared).to.have.length(2)
    expect(spared[0]).to.equal(spared[1])
    return spared[0] === true
  }

  /** Between two chunks ten minutes pass; a sweep comes then. */
  class SlowStore extends InMemoryAudioContentStore {
    readonly sweeps: boolean[] = []

    override async write(id: AudioId, source: AsyncIterable<Uint8Array>): Promise<void> {
      written = id
      await super.write(id, this.#slowed(source))
    }

    async *#slowed(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      let chunks = 0
      for await (const chunk of source) {
        if (chunks++ > 0) this.sweeps.push(await isSpared())
        yield chunk
        adapters.clock.advance(600)
      }
    }
  }

  let contents: SlowStore

  beforeEach(async () => {
    adapters = inMemoryAdapters()
    account = await anAccount(adapters)
    contents = new SlowStore({ clock: adapters.clock })
    written = undefined
  })

  const expectSparedUntilDead = async (sweeps: number): Promise<void> => {
    expect(contents.sweeps).to.deep.equal(Array.from({ length: sweeps }, () => true))
    adapters.clock.advance(16 * 60)
    expect(await isSpared()).to.equal(false)
  }

  it('is no leftover while a request brings it', async () => {
    await new UploadAudio({ ...adapters, contents }).execute({
      actor: account.actor,
      fileName: 'song.mp3',
      content: inPieces(song, 10_000),
      details: async () => ({}),
    })
    await expectSparedUntilDead(9)
  })

  it('is no leftover while it is a part of an upload', async () => {
    const uploads = new SongUploads({ ...adapters, contents }, account)
    const { id } = await uploads.begin()
    await uploads.append(id, { from: 0, to: 90_000, content: inPieces(song.subarray(0, 90_000), 10_000) })
    await expectSparedUntilDead(8)
  })

  it('is no leftover while the parts of an upload are joined', async () => {
    const uploads = new SongUploads({ ...adapters, contents }, account)
    const { id } = await uploads.begin()
    for (const from of [0, 25_000, 50_000, 75_000]) {
      await uploads.append(id, { from, content: inPieces(song.subarray(from, from + 25_000), 25_000) })
    }
    await expectSparedUntilDead(3)
  })
})
