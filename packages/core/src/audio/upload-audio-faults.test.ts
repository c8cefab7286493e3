import { expect } from 'chai'
import {
  anAccount,
  at,
  errorOf,
  inMemoryAdapters,
  inPieces,
  refusalOf,
  someBytes,
  type Account,
  type InMemoryAdapters,
} from '../testing/index.ts'
import { TooBusy } from '../errors.ts'
import type { AudioId } from '../ids.ts'
import type { Audio } from './audio.ts'
import { newestFirst } from './audio-order.ts'
import { UploadAudio, type UploadAudioDependencies } from './upload-audio.ts'

describe('UploadAudio where something fails', () => {
  const song = Buffer.concat([Buffer.from('ID3'), someBytes(99_997)])
  let adapters: InMemoryAdapters
  let account: Account

  beforeEach(async () => {
    adapters = inMemoryAdapters()
    account = await anAccount(adapters)
    adapters.clock.advance(60)
  })

  interface Upload {
    readonly content?: AsyncIterable<Uint8Array>
    readonly deps: Partial<UploadAudioDependencies>
  }

  const upload = ({ content = inPieces(song), deps }: Upload): Promise<Audio> =>
    new UploadAudio({ ...adapters, ...deps }).execute({
      actor: account.actor,
      fileName: undefined,
      content,
      details: async () => ({}),
    })

  const expectNothingLeft = async (): Promise<void> => {
    for await (const { id } of adapters.contents.list()) expect.fail(`The content of ${id} was left`)
    expect(await adapters.leftovers.claimTombstones(at(1e9), 10, undefined)).to.deep.equal([])
    const filter = { order: newestFirst }
    const page = await adapters.audio.list(account.user.id, { limit: 10, after: undefined }, filter)
    expect(page.items).to.deep.equal([])
    expect(adapters.incidents.all).to.deep.equal([])
  }

  it('stores thirty files of unknown length at once that fill the quota exactly', async () => {
    await adapters.quotas.change(account.user.id, { bytes: 30 * song.length, files: undefined })
    const stored = await Promise.all(Array.from({ length: 30 }, () => upload({ deps: {} })))
    expect(stored).to.have.length(30)
    expect(await refusalOf(upload({ deps: {} }))).to.include({ code: 'quota_exceeded' })
  })

  it('leaves nothing if too many files wait to be probed', async () => {
    const probe = { probe: () => Promise.reject(new TooBusy(5)) }
    expect(await refusalOf(upload({ deps: { probe } }))).to.include({ code: 'too_busy' })
    await expectNothingLeft()
    expect((await adapters.quotas.find(account.user.id))?.usage).to.deep.equal({
      usedBytes: 0,
      usedFiles: 0,
      reservedBytes: 0,
      reservedFiles: 0,
    })
  })

  it('names the owner to the probe', async () => {
    const owners: string[] = []
    const probe: UploadAudioDependencies['probe'] = {
      probe: (content, format, ownerId) => {
        owners.push(ownerId)
        return adapters.probe.probe(content, format)
      },
    }
    await upload({ deps: { probe } })
    expect(owners).to.deep.equal([account.user.id])
  })

  const repositoryWith = (
    changed: Partial<UploadAudioDependencies['audio']>,
  ): UploadAudioDependencies['audio'] => ({
    insertPending: (pending, defaults) => adapters.audio.insertPending(pending, defaults),
    reserve: (id, room, defaults) => adapters.audio.reserve(id, room, defaults),
    touch: (id, now) => adapters.audio.touch(id, now),
    markReady: (ready) => adapters.audio.markReady(ready),
    abandon: (id) => adapters.audio.abandon(id),
    find: (id) => adapters.audio.find(id),
    findMadeFor: (request) => adapters.audio.findMadeFor(request),
    ...changed,
  })

  it('succeeds where the audio was committed and only the answer of the database got lost', async () => {
    const audio = repositoryWith({
      markReady: async (ready) => {
        await adapters.audio.markReady(ready)
        throw new Error('the connection broke')
      },
    })
    const stored = await upload({ deps: { audio } })
    expect(await adapters.audio.find(stored.id)).to.deep.equal(stored)
    expect(await adapters.contents.stat(stored.id)).to.include({ sizeBytes: song.length })
  })

  it('removes the row before the bytes, so that no commit that is still under way outlives them', async () => {
    const order: string[] = []
    const failure = new Error('the connection broke')
    const audio = repositoryWith({
      markReady: () => Promise.reject(failure),
      abandon: async (id) => {
        order.push('row')
        return adapters.audio.abandon(id)
      },
    })
    const contents: UploadAudioDependencies['contents'] = {
      write: (id, source) => adapters.contents.write(id, source),
      open: (id, range) => adapters.contents.open(id, range),
      remove: async (id) => {
        order.push('bytes')
        await adapters.contents.remove(id)
      },
    }
    expect(await errorOf(upload({ deps: { audio, contents } }))).to.equal(failure)
    expect(order).to.deep.equal(['row', 'bytes'])
    await expectNothingLeft()
  })

  it('takes the row back where the answer to its insertion got lost, once that has certainly ended', async () => {
    const failure = new Error('the connection broke')
    const audio = repositoryWith({
      insertPending: async (pending, defaults) => {
        await adapters.audio.insertPending(pending, defaults)
        throw failure
      },
    })
    expect(await errorOf(upload({ deps: { audio } }))).to.equal(failure)
    const usage = async () => (await adapters.quotas.find(account.user.id))?.usage
    expect(await usage()).to.include({ reservedFiles: 1 })
    await adapters.retries.runAll()
    expect(await usage()).to.include({ reservedFiles: 0 })
    await expectNothingLeft()
  })

  describe('while the database is away', () => {
    const away = new Error('the database is away')
    const refuse = () => Promise.reject(away)
    let changed: { markReady?: typeof refuse; abandon?: typeof refuse }
    const audio = () => repositoryWith(changed)

    it('leaves at first what it cannot remove, and removes it when the database is back', async () => {
      changed = { markReady: refuse, abandon: refuse }
      const deps = { audio: { ...audio(), abandon: (id: AudioId) => audio().abandon(id) } }
      expect(await errorOf(upload({ deps }))).to.equal(away)
      expect(adapters.retries.waiting).to.equal(1)
      changed = {}
      await adapters.retries.runAll()
      await expectNothingLeft()
    })

    it('leaves an audio alone that turns out to be committed, for somebody may have seen it', async () => {
      changed = { abandon: refuse }
      const markReady = async (ready: Audio) => {
        await adapters.audio.markReady(ready)
        throw away
      }
      const deps = { audio: { ...audio(), markReady, abandon: (id: AudioId) => audio().abandon(id) } }
      expect(await errorOf(upload({ deps }))).to.equal(away)
      changed = {}
      await adapters.retries.runAll()
      const filter = { order: newestFirst }
      const { items } = await adapters.audio.list(account.user.id, { limit: 10, after: undefined }, filter)
      expect(items).to.have.length(1)
      expect(await adapters.contents.stat(items[0]?.id as AudioId)).to.include({ sizeBytes: song.length })
    })
  })

  it('reports what it could not clean up later either, and gives the first error back', async () => {
    const cause = new Error('the disk is read-only')
    const left: AudioId[] = []
    const contents: UploadAudioDependencies['contents'] = {
      write: (id, source) => adapters.contents.write(id, source),
      open: (id, range) => adapters.contents.open(id, range),
      remove: async (id) => {
        left.push(id)
        throw cause
      },
    }
    const attempt = upload({ content: inPieces(Buffer.from('ID3<truncated>')), deps: { contents } })
    expect(await refusalOf(attempt)).to.include({ code: 'not_audio' })
    expect(adapters.incidents.all).to.deep.equal([])
    await adapters.retries.runAll()
    expect(adapters.incidents.all).to.deep.equal([{ kind: 'content_left_behind', audioId: left[0], cause }])
  })
})
