import { createHash } from 'node:crypto'
import { expect } from 'chai'
import {
  anAccount,
  at,
  errorOf,
  inMemoryAdapters,
  InMemoryAudioContentStore,
  inPieces,
  issuesOf,
  refusalOf,
  someBytes,
  type Account,
  type InMemoryAdapters,
} from '../testing/index.ts'
import { StorageUnavailable, UploadInterrupted } from '../errors.ts'
import type { AudioId } from '../ids.ts'
import type { Audio } from './audio.ts'
import { removeContent } from './remove-content.ts'
import type { AudioDetails } from './describe-content.ts'
import { UploadAudio, type UploadAudioDependencies } from './upload-audio.ts'
import { newestFirst } from './audio-order.ts'

describe('UploadAudio', () => {
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
    readonly fileName?: string | undefined
    readonly details?: AudioDetails | (() => Promise<AudioDetails>)
    readonly deps?: Partial<UploadAudioDependencies>
  }

  const upload = ({
    content = inPieces(song),
    fileName,
    details = {},
    deps = {},
  }: Upload = {}): Promise<Audio> =>
    new UploadAudio({ ...adapters, ...deps }).execute({
      actor: account.actor,
      fileName,
      content,
      details: typeof details === 'function' ? details : async () => details,
    })

  const expectNothingLeft = async (): Promise<void> => {
    for await (const { id } of adapters.contents.list()) expect.fail(`The content of ${id} was left`)
    expect(await adapters.leftovers.claimTombstones(at(1e9), 10, undefined)).to.deep.equal([])
    const filter = { order: newestFirst }
    const page = await adapters.audio.list(account.user.id, { limit: 10, after: undefined }, filter)
    expect(page.items).to.deep.equal([])
    expect(adapters.incidents.all).to.deep.equal([])
  }

  it('stores the bytes as they came, and what is known of them', async () => {
    const details = { title: ' The Song ', description: 'two\nlines' }
    const audio = await upload({ fileName: 'C:\\music\\song.mp3', details })
    expect(audio).to.deep.equal({
      id: audio.id,
      ownerId: account.user.id,
      title: 'The Song',
      description: 'two\nlines',
      fileName: 'song.mp3',
      content: { sizeBytes: 100_000, sha256: createHash('sha256').update(song).digest('hex') },
      damage: undefined,
      media: {
        contentType: 'audio/mpeg',
        codec: 'mp3',
        durationSeconds: 100,
        bitrate: 8000,
        sampleRate: 44_100,
        channels: 2,
        bitDepth: undefined,
        lossless: false,
        tags: {},
        hasCover: false,
        replayGain: undefined,
        r128Gain: undefined,
        musicBrainz: undefined,
        chapters: [],
      },
      createdAt: adapters.clock.now(),
      updatedAt: adapters.clock.now(),
    })
    expect(await adapters.audio.find(audio.id)).to.deep.equal(audio)
    expect(await adapters.contents.stat(audio.id)).to.include({ sizeBytes: 100_000 })
  })

  for (const [what, fileName, text, details, title] of [
    ['the tag', 'song.mp3', 'ID3<title:From the tag>', {}, 'From the tag'],
    ['the file name', 'song.mp3', 'ID3', {}, 'song'],
    ['the file name where the field is empty', 'song.mp3', 'ID3', { title: ' ' }, 'song'],
    ['a name of ours', undefined, 'ID3', {}, 'audio'],
  ] as const) {
    it(`takes ${what} for a title where none was given`, async () => {
      expect(await upload({ content: inPieces(Buffer.from(text)), fileName, details })).to.include({ title })
    })
  }

  it('shows nothing until all is there', async () => {
    let seen = 0
    const filter = { order: newestFirst }
    async function* watching(): AsyncGenerator<Uint8Array, void, undefined> {
      for await (const piece of inPieces(song)) {
        const { items } = await adapters.audio.list(account.user.id, { limit: 10, after: undefined }, filter)
        seen += items.length
        yield piece
      }
    }
    await upload({ content: watching() })
    expect(seen).to.equal(0)
  })

  it('asks for the details once the content has been stored', async () => {
    const details = async (): Promise<AudioDetails> => {
      let stored = 0
      for await (const { sizeBytes } of adapters.contents.list()) stored += sizeBytes
      return { title: `after ${stored} bytes` }
    }
    expect((await upload({ details })).title).to.equal('after 100000 bytes')
  })

  for (const [what, text, expected] of [
    ['an empty file', '', { code: 'not_audio', reason: 'empty' }],
    ['a page called song.mp3', '<html>', { code: 'not_audio', reason: 'unknown' }],
    ['a film', 'FWS', { code: 'unsupported_audio', format: 'swf' }],
    ['a file that is cut off', 'ID3<truncated>', { code: 'not_audio', reason: 'truncated' }],
    ['a file that cannot be read', 'ID3<unreadable>', { code: 'not_audio', reason: 'unreadable' }],
    ['a file that costs too much to read', 'ID3<too-complex>', { code: 'audio_too_complex' }],
    [
      'a codec that is not supported',
      'ID3<unsupported>',
      { code: 'unsupported_audio', format: 'mp3 of an unknown kind' },
    ],
  ] as const) {
    it(`refuses ${what}, and leaves nothing`, async () => {
      const attempt = upload({ content: inPieces(Buffer.from(text)), fileName: 'song.mp3' })
      expect(await refusalOf(attempt)).to.include(expected)
      await expectNothingLeft()
    })
  }

  it('takes as much as the limit, refuses one byte more, and leaves nothing of that', async () => {
    const attempt = upload({ deps: { maxUploadBytes: song.length - 1 } })
    expect(await refusalOf(attempt)).to.include({ code: 'content_too_large', limitBytes: song.length - 1 })
    await expectNothingLeft()
    expect((await upload({ deps: { maxUploadBytes: song.length } })).content.sizeBytes).to.equal(song.length)
  })

  it('refuses details that are wrong, all of them together, and leaves nothing', async () => {
    const details = { title: 'two\nlines', description: 'x'.repeat(5001) }
    expect(await issuesOf(upload({ details }))).to.deep.equal([
      '/title: invalid_characters',
      '/description: too_long',
    ])
    await expectNothingLeft()
  })

  it('gives the error of a sender who went away back, and leaves nothing', async () => {
    const interrupted = new UploadInterrupted()
    async function* goingAway(): AsyncGenerator<Uint8Array, void, undefined> {
      yield song.subarray(0, 50_000)
      throw interrupted
    }
    expect(await errorOf(upload({ content: goingAway() }))).to.equal(interrupted)
    await expectNothingLeft()
  })

  it('leaves nothing where the fields behind the file never come', async () => {
    const interrupted = new UploadInterrupted()
    expect(await errorOf(upload({ details: () => Promise.reject(interrupted) }))).to.equal(interrupted)
    await expectNothingLeft()
  })

  it('says so where the storage is full, and leaves nothing', async () => {
    const contents = new InMemoryAudioContentStore({ capacityBytes: 50_000 })
    expect(await refusalOf(upload({ deps: { contents } }))).to.include({ code: 'storage_full' })
    await expectNothingLeft()
  })

  it('blames no audio for a storage that fails while it is probed', async () => {
    const failure = new StorageUnavailable()
    const contents: UploadAudioDependencies['contents'] = {
      write: (id, source) => adapters.contents.write(id, source),
      open: () => Promise.reject(failure),
      remove: (id) => adapters.contents.remove(id),
    }
    expect(await errorOf(upload({ deps: { contents } }))).to.equal(failure)
    await expectNothingLeft()
  })

  it('lets the probe read where it likes, cut off at the end of the content', async () => {
    const parts: Uint8Array[] = []
    const probe: UploadAudioDependencies['probe'] = {
      probe: async (content, format) => {
        const ranges = [
          [0, 3],
          [99_990, 200_000],
          [100_000, 100_010],
          [200_000, 300_000],
          [5, 5],
        ] as const
        for (const [start, end] of ranges) parts.push(await content.read(start, end))
        return adapters.probe.probe(content, format)
      },
    }
    await upload({ deps: { probe } })
    expect(parts.map((part) => part.length)).to.deep.equal([3, 10, 0, 0, 0])
    expect(Buffer.from(parts[1] ?? []).equals(song.subarray(99_990))).to.equal(true)
  })

  it('begins nothing for a user who is gone', async () => {
    await adapters.users.remove(account.user.id, adapters.clock.now())
    expect(await refusalOf(upload())).to.include({ code: 'not_authenticated' })
    await expectNothingLeft()
  })

  it('reports a pending row that is gone as aborted, and can be repeated', async () => {
    for (const [name, deps] of Object.entries(withoutPendingRow())) {
      const refused = await refusalOf(upload({ deps }))
      expect(refused, name).to.include({ code: 'upload_aborted' })
      await expectNothingLeft()
    }
    expect((await upload()).ownerId).to.equal(account.user.id)
  })

  it('leaves nothing where the user is removed meanwhile', async () => {
    const details = async (): Promise<AudioDetails> => {
      const removed = await adapters.users.remove(account.user.id, adapters.clock.now())
      expect(removed).to.have.nested.property('tombstones.length', 1)
      return {}
    }
    expect(await refusalOf(upload({ details }))).to.include({ code: 'upload_aborted' })
    await expectNothingLeft()
  })

  it('leaves nothing where the user and the bytes are removed before the probe reads them', async () => {
    const contents: UploadAudioDependencies['contents'] = {
      write: async (id, source) => {
        await adapters.contents.write(id, source)
        await adapters.users.remove(account.user.id, adapters.clock.now())
        await removeContent(adapters, id)
      },
      open: (id, range) => adapters.contents.open(id, range),
      remove: (id) => adapters.contents.remove(id),
    }
    expect(await refusalOf(upload({ deps: { contents } }))).to.include({ code: 'upload_aborted' })
    await expectNothingLeft()
  })

  const withoutPendingRow = () => ({
    'no room can be reserved': { audio: repositoryWith({ reserve: async () => 'not-pending' }) },
    'it cannot become ready': { audio: repositoryWith({ markReady: async () => 'not-pending' }) },
    'its bytes were swept': {
      contents: {
        write: (...written: Parameters<typeof adapters.contents.write>) =>
          adapters.contents.write(...written),
        open: async () => undefined,
        remove: (id: AudioId) => adapters.contents.remove(id),
      },
    },
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

  it('tells about every minute that it is under way, and goes on where nobody can be told', async () => {
    const told: Date[] = []
    const audio = repositoryWith({
      touch: async (_id, now) => {
        told.push(now)
        throw new Error('the database is away')
      },
    })
    async function* slowly(): AsyncGenerator<Uint8Array> {
      for await (const piece of inPieces(song, 20_000)) {
        yield piece
        adapters.clock.advance(40)
      }
    }
    await upload({ content: slowly(), deps: { audio } })
    expect(told).to.deep.equal([at(140), at(220)])
  })
})
