import { expect } from 'chai'
import {
  anAccount,
  errorOf,
  inMemoryAdapters,
  inPieces,
  refusalOf,
  someBytes,
  type Account,
  type InMemoryAdapters,
} from '../testing/index.ts'
import { secondsAfter } from '../clock.ts'
import type { AudioId } from '../ids.ts'
import type { Audio } from './audio.ts'
import { newestFirst } from './audio-order.ts'
import type { AudioDetails } from './describe-content.ts'
import { UploadAudio, type UploadAudioDependencies } from './upload-audio.ts'

describe('UploadAudio by several attempts of one request', () => {
  const song = Buffer.concat([Buffer.from('ID3'), someBytes(99_997)])
  const day = 24 * 3600
  let adapters: InMemoryAdapters
  let account: Account

  beforeEach(async () => {
    adapters = inMemoryAdapters()
    account = await anAccount(adapters)
    adapters.clock.advance(60)
  })

  interface Upload {
    readonly bytes?: Buffer
    readonly details?: AudioDetails
    readonly deps?: Partial<UploadAudioDependencies>
    readonly expectedSha256?: readonly string[]
  }

  const upload = ({
    bytes = song,
    details = {},
    deps = {},
    expectedSha256 = [],
  }: Upload = {}): Promise<Audio> =>
    new UploadAudio({ ...adapters, ...deps }).execute({
      actor: account.actor,
      fileName: undefined,
      content: inPieces(bytes),
      details: async () => details,
      expectedSha256,
      madeFor: { id: 'the request', since: secondsAfter(adapters.clock.now(), -day) },
    })

  const listed = async (): Promise<readonly AudioId[]> => {
    const page = { limit: 10, after: undefined }
    const { items } = await adapters.audio.list(account.user.id, page, { order: newestFirst })
    return items.map(({ id }) => id)
  }
  const stored = async (): Promise<readonly AudioId[]> => {
    const ids: AudioId[] = []
    for await (const { id } of adapters.contents.list()) ids.push(id)
    return ids
  }
  const expectOnly = async ({ id }: Audio): Promise<void> => {
    expect(await listed()).to.deep.equal([id])
    expect(await stored()).to.deep.equal([id])
    const { usage } = (await adapters.quotas.find(account.user.id)) ?? {}
    expect(usage).to.include({ usedFiles: 1, reservedFiles: 0, reservedBytes: 0 })
    expect(adapters.incidents.all).to.deep.equal([])
  }

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

  it('answers what the first one has made, and stores nothing more', async () => {
    const first = await upload({ details: { title: 'One' } })
    let writes = 0
    const contents: UploadAudioDependencies['contents'] = {
      write: (id, source) => {
        writes++
        return adapters.contents.write(id, source)
      },
      open: (id, range) => adapters.contents.open(id, range),
      remove: (id) => adapters.contents.remove(id),
    }
    expect(await upload({ details: { title: 'One' }, deps: { contents } })).to.deep.equal(first)
    expect(writes).to.equal(0)
    await expectOnly(first)
  })

  it('refuses a digest that is not that of the bytes, also where they are there already', async () => {
    const first = await upload()
    expect(await refusalOf(upload({ expectedSha256: ['0'.repeat(64)] }))).to.include({
      code: 'digest_mismatch',
    })
    expect(await upload({ expectedSha256: [first.content.sha256] })).to.deep.equal(first)
    await expectOnly(first)
  })

  it('answers it where nobody could be told of the commit', async () => {
    const away = new Error('the database is away')
    const audio = repositoryWith({
      markReady: async (ready) => {
        await adapters.audio.markReady(ready)
        throw away
      },
      abandon: () => Promise.reject(away),
    })
    expect(await errorOf(upload({ deps: { audio } }))).to.equal(away)
    await expectOnly(await upload())
  })

  it('answers it where the first one was still at work when the second began', async () => {
    let first: Audio | undefined
    const audio = repositoryWith({
      markReady: async (ready) => {
        first = await upload()
        return adapters.audio.markReady(ready)
      },
    })
    const second = await upload({ deps: { audio } })
    expect(second).to.deep.equal(first)
    await expectOnly(second)
  })

  it('answers it as it is called now', async () => {
    const { id } = await upload()
    const renamed = await adapters.audio.update(id, account.user.id, { title: 'New' }, adapters.clock.now())
    expect(await upload()).to.deep.equal(renamed)
  })

  it('needs no room for it', async () => {
    const defaultQuota = { bytes: song.length, files: 1 }
    const first = await upload({ deps: { defaultQuota } })
    expect(await upload({ deps: { defaultQuota } })).to.deep.equal(first)
  })

  it('refuses other bytes, whichever attempt is faster', async () => {
    const other = Buffer.concat([song.subarray(0, -1), Buffer.from('!')])
    const first = await upload()
    expect(await refusalOf(upload({ bytes: other }))).to.include({ code: 'idempotency_key_reused' })
    const late = repositoryWith({ findMadeFor: async () => undefined })
    const refused = refusalOf(upload({ bytes: other, deps: { audio: late } }))
    expect(await refused).to.include({ code: 'idempotency_key_reused' })
    await expectOnly(first)
  })

  it('uploads anew where the first one was deleted meanwhile', async () => {
    const first = await upload()
    await adapters.audio.bury(first.id, account.user.id)
    const second = await upload()
    expect(second.id).to.not.equal(first.id)
    expect(await listed()).to.deep.equal([second.id])
  })

  it('uploads anew after 24 hours', async () => {
    const first = await upload()
    adapters.clock.advance(day - 1)
    expect((await upload()).id).to.equal(first.id)
    adapters.clock.advance(1)
    const second = await upload()
    expect(await listed())
      .to.have.members([first.id, second.id])
      .and.have.lengthOf(2)
  })
})
