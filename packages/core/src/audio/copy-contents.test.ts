import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { expect } from 'chai'
import { StorageFull, StorageUnavailable } from '../errors.ts'
import type { AudioId, UserId } from '../ids.ts'
import {
  anAccount,
  anAudio,
  bytesOf,
  errorOf,
  inMemoryAdapters,
  InMemoryAudioContentStore,
  inPieces,
  isSame,
  someBytes,
  type InMemoryAdapters,
} from '../testing/index.ts'
import { unlimited } from '../users/quota.ts'
import type { Audio } from './audio.ts'
import type { CopyFault } from './copy-content.ts'
import {
  CopyContents,
  type CopyAmount,
  type CopyContentsDependencies,
  type CopyContentsInput,
  type CopyReport,
} from './copy-contents.ts'

const usualSizeBytes = 200_000

describe('CopyContents', () => {
  let adapters: InMemoryAdapters
  let to: InMemoryAudioContentStore
  let ownerId: UserId
  let sizeBytes: number

  beforeEach(async () => {
    sizeBytes = usualSizeBytes
    adapters = inMemoryAdapters()
    to = new InMemoryAudioContentStore()
    ownerId = (await anAccount(adapters)).user.id
  })

  const bytesFor = (id: AudioId): Buffer => someBytes(sizeBytes, id)

  const anUpload = async (audio = anAudio({ ownerId })): Promise<Audio> => {
    const bytes = bytesFor(audio.id)
    const content = { ...audio.content, sizeBytes, sha256: createHash('sha256').update(bytes).digest('hex') }
    const ready = { ...audio, content }
    await adapters.audio.insertPending(ready, unlimited)
    await adapters.contents.write(ready.id, inPieces(bytes, 50_000))
    await adapters.audio.markReady(ready)
    return ready
  }

  const uploads = async (count: number): Promise<Audio[]> => {
    const made: Audio[] = []
    while (made.length < count) made.push(await anUpload())
    return made
  }

  const deleteAudio = async ({ id }: Audio): Promise<void> => {
    await adapters.audio.bury(id, ownerId)
    await adapters.contents.remove(id)
    await adapters.audio.erase(id)
  }

  const copy = (
    input: CopyContentsInput = {},
    deps: Partial<CopyContentsDependencies> = {},
  ): Promise<CopyReport> =>
    new CopyContents({ ...adapters, from: adapters.contents, to, ...deps }).execute(input)

  /** A store whose writes go through `before` and the stores of the test. */
  const writing = (before: (id: AudioId, source: AsyncIterable<Uint8Array>) => Promise<void>) => ({
    write: async (id: AudioId, source: AsyncIterable<Uint8Array>) => {
      await before(id, source)
      await to.write(id, source)
    },
    open: (id: AudioId) => to.open(id),
    stat: (id: AudioId) => to.stat(id),
    remove: (id: AudioId) => to.remove(id),
    check: () => to.check(),
  })

  const opening = (open: (id: AudioId) => Promise<Readable | undefined>, check = () => to.check()) => ({
    open,
    check,
  })

  const expectCopied = async (audio: Audio): Promise<void> => {
    expect(isSame(await bytesOf(await to.open(audio.id)), bytesFor(audio.id))).to.equal(true)
  }

  const idsAtTarget = async (): Promise<AudioId[]> => {
    const ids: AudioId[] = []
    for await (const { id } of to.list()) ids.push(id)
    return ids
  }

  const amount = (contents: number) => ({ contents, bytes: contents * sizeBytes })

  const report = (counts: Partial<CopyReport> = {}): CopyReport => ({
    passes: 1,
    copied: amount(0),
    present: amount(0),
    gone: 0,
    failures: [],
    isInterrupted: false,
    ...counts,
  })

  const faults = ({ failures }: CopyReport): [AudioId, CopyFault][] =>
    failures.map(({ id, fault }) => [id, fault])

  it('copies every content, and the next time none', async () => {
    const audios = await uploads(3)
    expect(await copy()).to.deep.equal(report({ passes: 2, copied: amount(3) }))
    for (const audio of audios) await expectCopied(audio)
    expect(await copy()).to.deep.equal(report({ passes: 2, present: amount(3) }))
  })

  it('has nothing to do where there is no audio', async () => {
    expect(await copy()).to.deep.equal(report())
  })

  it('copies four at once, and no more', async () => {
    await uploads(9)
    let open = 0
    let most = 0
    const from = opening(async (id) => {
      most = Math.max(most, ++open)
      const content = await adapters.contents.open(id)
      content?.once('close', () => open--)
      return content
    })
    expect((await copy({}, { from })).copied).to.deep.equal(amount(9))
    expect(most).to.equal(4)
    expect(open).to.equal(0)
  })

  it('works through more rows than a page has', async () => {
    sizeBytes = 10
    const rows = await uploads(501)
    expect((await copy()).copied).to.deep.equal(amount(501))
    expect(await idsAtTarget()).to.have.members(rows.map(({ id }) => id))
  })

  it('copies what is uploaded while it runs, also by uploads that began long before', async () => {
    const early = anAudio({ ownerId })
    await uploads(2)
    let late: Promise<Audio[]> | undefined
    const during = writing(async () => {
      await (late ??= Promise.all([anUpload(early), anUpload()]))
    })
    expect(await copy({}, { to: during })).to.deep.include({ copied: amount(4), failures: [] })
    for (const audio of (await late) ?? []) await expectCopied(audio)
  })

  it('takes nothing for a failure that is deleted before its turn, and takes back what is deleted after', async () => {
    const [first, second, third] = [await anUpload(), await anUpload(), await anUpload()]
    const from = opening(async (id) => {
      if (id === second.id) await deleteAudio(second)
      const content = await adapters.contents.open(id)
      if (id === third.id) await deleteAudio(first)
      return content
    })
    const { copied, gone, failures } = await copy({}, { from })
    expect([copied, gone, failures]).to.deep.equal([amount(2), 2, []])
    expect(await idsAtTarget()).to.deep.equal([third.id])
  })

  it('does not copy what is not the content of its row, and reports it', async () => {
    const [missing, short, altered, whole] = [
      await anUpload(),
      await anUpload(),
      await anUpload(),
      await anUpload(),
    ]
    await adapters.contents.remove(missing.id)
    await adapters.contents.remove(short.id)
    await adapters.contents.write(short.id, inPieces(bytesFor(short.id).subarray(1), 50_000))
    await adapters.contents.remove(altered.id)
    await adapters.contents.write(altered.id, inPieces(bytesFor(whole.id), 50_000))
    const result = await copy()
    expect(faults(result)).to.have.deep.members([
      [missing.id, 'source_missing'],
      [short.id, 'source_damaged'],
      [altered.id, 'source_damaged'],
    ])
    expect(result.copied).to.deep.equal(amount(1))
    expect(await idsAtTarget()).to.deep.equal([whole.id])
  })

  it('replaces what is at the target with another size, and with another digest where it verifies', async () => {
    const [short, altered] = [await anUpload(), await anUpload()]
    await to.write(short.id, inPieces(Buffer.from('left over')))
    await to.write(altered.id, inPieces(bytesFor(short.id), 50_000))
    expect(await copy()).to.deep.include({ copied: amount(1), present: amount(1) })
    await expectCopied(short)
    expect(await copy({ verify: true })).to.deep.include({ copied: amount(1), present: amount(1) })
    await expectCopied(altered)
  })

  it('keeps what is at the target where the source has lost it', async () => {
    const audio = await anUpload()
    await to.write(audio.id, inPieces(Buffer.from('all that is left')))
    await adapters.contents.remove(audio.id)
    expect(faults(await copy())).to.deep.equal([[audio.id, 'source_missing']])
    expect(await idsAtTarget()).to.deep.equal([audio.id])
  })

  it('removes what the target keeps otherwise than it was sent, and reports it', async () => {
    const [cut, altered] = [await anUpload(), await anUpload()]
    const lossy = {
      ...writing(async () => undefined),
      write: async (id: AudioId, source: AsyncIterable<Uint8Array>) => {
        const bytes: Uint8Array[] = []
        for await (const chunk of source) bytes.push(Uint8Array.from(chunk))
        const kept = Buffer.concat(bytes)
        kept[0]! ^= 1
        await to.write(id, inPieces(id === cut.id ? kept.subarray(1) : kept, 50_000))
      },
    }
    expect(faults(await copy({ verify: true }, { to: lossy }))).to.have.deep.members([
      [cut.id, 'target_damaged'],
      [altered.id, 'target_damaged'],
    ])
    expect(await idsAtTarget()).to.deep.equal([])
  })

  describe('where a store fails', () => {
    const unavailable = () => Promise.reject(new StorageUnavailable())
    const broken = (): Readable =>
      Readable.from(
        (async function* () {
          yield someBytes(1000)
          throw new StorageUnavailable()
        })(),
      )

    for (const [when, content] of [
      ['when it is opened', unavailable],
      ['half-way', async () => broken()],
    ] as const) {
      it(`reports a content that cannot be read ${when}, and goes on`, async () => {
        const [bad, good] = await uploads(2)
        const from = opening((id) => (id === bad?.id ? content() : adapters.contents.open(id)))
        const result = await copy({}, { from })
        expect(faults(result)).to.deep.equal([[bad?.id, 'source_unreadable']])
        expect(await idsAtTarget()).to.deep.equal([good?.id])
      })

      it(`ends where the source as a whole is away ${when}`, async () => {
        await uploads(6)
        const from = opening(content, unavailable)
        expect(await errorOf(copy({}, { from }))).to.be.instanceOf(StorageUnavailable)
        expect(await idsAtTarget()).to.deep.equal([])
      })
    }

    it('reports a content that the target does not take, and goes on', async () => {
      const [bad] = await uploads(3)
      const picky = writing((id) => (id === bad?.id ? unavailable() : Promise.resolve()))
      const opened: Readable[] = []
      const from = opening(async (id) => {
        const content = await adapters.contents.open(id)
        if (content) opened.push(content)
        return content
      })
      const result = await copy({}, { from, to: picky })
      expect(opened.map(({ destroyed }) => destroyed)).to.deep.equal([true, true, true])
      expect(faults(result)).to.deep.equal([[bad?.id, 'target_unwritable']])
      expect(result.copied).to.deep.equal(amount(2))
    })

    it('ends where the target as a whole is away, or full', async () => {
      await uploads(6)
      const away = { ...writing(unavailable), check: unavailable }
      expect(await errorOf(copy({}, { to: away }))).to.be.instanceOf(StorageUnavailable)
      to = new InMemoryAudioContentStore({ capacityBytes: 2 * sizeBytes + 1 })
      expect(await errorOf(copy())).to.be.instanceOf(StorageFull)
      for await (const content of to.list()) expect(content.sizeBytes).to.equal(sizeBytes)
    })

    it('goes on where another run was faster with a content', async () => {
      const [audio] = await uploads(2)
      const racing = writing(async (id) => {
        if (id === audio?.id) await to.write(id, inPieces(bytesFor(id), 50_000))
      })
      expect(await copy({}, { to: racing })).to.deep.include({
        copied: amount(1),
        present: amount(1),
        failures: [],
      })
    })
  })

  it('stops where it is told to, with whole contents only, and goes on from there', async () => {
    await uploads(12)
    const stop = new AbortController()
    const onProgress = ({ contents }: CopyAmount) => {
      if (contents === 3) stop.abort()
    }
    const result = await copy({ signal: stop.signal, onProgress })
    expect(result.isInterrupted).to.equal(true)
    expect(result.copied.contents).to.be.within(3, 8)
    expect(await idsAtTarget()).to.have.lengthOf(result.copied.contents)
    for await (const content of to.list()) expect(content.sizeBytes).to.equal(sizeBytes)
    const { copied, present } = await copy()
    expect(copied.contents + present.contents).to.equal(12)
    expect(present).to.deep.equal(result.copied)
  })

  it('gives a content up half-way where it is told to stop', async () => {
    await uploads(1)
    const stop = new AbortController()
    const onProgress = () => {
      stop.abort()
    }
    expect(await copy({ signal: stop.signal, onProgress })).to.deep.equal(report({ isInterrupted: true }))
    expect(await idsAtTarget()).to.deep.equal([])
  })

  it('tells how much is done and due, up to all of it', async () => {
    await uploads(5)
    const seen: string[] = []
    await copy({ onProgress: (done, due) => seen.push(JSON.stringify([done, due])) })
    expect(seen.at(-1)).to.equal(JSON.stringify([amount(5), amount(5)]))
    expect(seen.length).to.be.above(5)
    await copy({ onProgress: (done, due) => seen.push(JSON.stringify([done, due])) })
    expect(seen.at(-1)).to.equal(JSON.stringify([amount(5), amount(5)]))
  })
})
