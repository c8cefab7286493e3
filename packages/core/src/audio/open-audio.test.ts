import { expect } from 'chai'
import { ContentDamaged, ContentMissing } from '../errors.ts'
import {
  anAccount,
  anAudio,
  errorOf,
  FakeContentLinks,
  inMemoryAdapters,
  inPieces,
  isSame,
  someBytes,
  type Account,
  type InMemoryAdapters,
} from '../testing/index.ts'
import { unlimited } from '../users/quota.ts'
import type { Audio } from './audio.ts'
import type { ContentHandle } from './content-handles.ts'
import { OpenAudio, type OpenedAudio } from './open-audio.ts'

describe('OpenAudio where contents are delivered by links', () => {
  const bytes = someBytes(1000)
  const shown = { contentType: 'audio/mpeg', contentDisposition: 'inline' }
  let adapters: InMemoryAdapters
  let links: FakeContentLinks
  let account: Account

  beforeEach(async () => {
    adapters = inMemoryAdapters()
    links = new FakeContentLinks(adapters)
    account = await anAccount(adapters)
  })

  async function upload(durationSeconds?: number): Promise<Audio> {
    const { media, ...audio } = anAudio({ ownerId: account.user.id })
    const uploaded = { ...audio, media: { ...media, durationSeconds } }
    await adapters.audio.insertPending(uploaded, unlimited)
    await adapters.contents.write(uploaded.id, inPieces(bytes))
    await adapters.audio.markReady(uploaded)
    return uploaded
  }

  const open = ({ id }: Audio): Promise<OpenedAudio> =>
    new OpenAudio({ ...adapters, delivery: { links, linkSeconds: 300 } }).execute({
      actor: account.actor,
      id,
    })

  async function linkOf(audio: Audio): Promise<URL> {
    const link = await (await open(audio)).link?.(shown)
    if (!link) throw new Error('There is no link')
    return link
  }

  it('offers one, which leads to the bytes', async () => {
    const reply = await links.follow(await linkOf(await upload()))
    expect(reply).to.include({ status: 200, ...shown })
    expect(isSame(Buffer.from(reply.bytes ?? []), bytes)).to.equal(true)
  })

  for (const [durationSeconds, seconds, length] of [
    [undefined, 300, 'nobody knows how long'],
    [3599.2, 3900, 'an hour'],
    [1_000_000, 12 * 3600, 'days'],
  ] as const) {
    it(`lets it live for ${seconds} seconds where the audio plays ${length}`, async () => {
      const link = await linkOf(await upload(durationSeconds))
      adapters.clock.advance(seconds - 1)
      expect((await links.follow(link)).status).to.equal(200)
      adapters.clock.advance(1)
      expect((await links.follow(link)).status).to.equal(400)
    })
  }

  it('offers none to damaged content, and tells the operator', async () => {
    const audio = await upload()
    await adapters.checks.record(audio.id, { damage: 'corrupt', verifiedAt: adapters.clock.now() })
    expect(await errorOf(linkOf(audio))).to.be.instanceOf(ContentDamaged)
    expect(adapters.incidents.all).to.have.lengthOf(1)
  })

  it('offers none where the storage has none', async () => {
    const { id } = await upload()
    const delivery = { links: undefined, linkSeconds: 300 }
    const opened = await new OpenAudio({ ...adapters, delivery }).execute({ actor: account.actor, id })
    expect(opened).to.not.have.property('link')
  })
})

describe('OpenAudio where a web server in front sends the files', () => {
  const files = { pathOf: (id: string) => `ab/${id}` }
  let adapters: InMemoryAdapters
  let account: Account
  let audio: Audio
  let held: number

  beforeEach(async () => {
    adapters = inMemoryAdapters()
    account = await anAccount(adapters)
    audio = anAudio({ ownerId: account.user.id })
    await adapters.audio.insertPending(audio, unlimited)
    await adapters.audio.markReady(audio)
    held = 0
  })

  const fileOf = async (sizeBytes: number | undefined): Promise<string | undefined> => {
    const acquire = async (): Promise<ContentHandle | undefined> => {
      if (sizeBytes === undefined) return undefined
      held++
      return { sizeBytes, read: () => expect.fail('nothing is read'), release: () => held-- }
    }
    const { contents } = adapters
    const opened = await new OpenAudio({
      ...adapters,
      contents: { open: contents.open.bind(contents), acquire },
      delivery: { files, linkSeconds: 0 },
    }).execute({ actor: account.actor, id: audio.id })
    return opened.file?.()
  }

  it('names the file, once it has seen that it is whole, and holds it no longer', async () => {
    expect(await fileOf(audio.content.sizeBytes)).to.equal(`ab/${audio.id}`)
    expect(held).to.equal(0)
  })

  it('names none that is missing or too short, and tells the operator', async () => {
    for (const size of [undefined, audio.content.sizeBytes - 1]) {
      expect(await errorOf(fileOf(size))).to.be.instanceOf(ContentMissing)
    }
    expect(adapters.incidents.all.map(({ kind }) => kind)).to.deep.equal([
      'content_missing',
      'content_missing',
    ])
    expect(held).to.equal(0)
  })
})
