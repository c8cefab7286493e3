import { expect } from 'chai'
import { unlimited } from '../users/quota.ts'
import {
  anAccount,
  anAudio,
  bytesOf,
  errorOf,
  inMemoryAdapters,
  inPieces,
  isSame,
  issuesOf,
  race,
  refusalOf,
  someBytes,
  type Account,
  type InMemoryAdapters,
} from '../testing/index.ts'
import { ContentMissing } from '../errors.ts'
import type { Audio, ContentDamage } from './audio.ts'
import { DeleteAudio } from './delete-audio.ts'
import { ListAudio } from './list-audio.ts'
import { OpenAudio } from './open-audio.ts'
import { UpdateAudio } from './update-audio.ts'
import { newestFirst } from './audio-order.ts'
import { parseSearch } from './audio-search.ts'

describe('the audio of an account', () => {
  const bytes = someBytes(1000)
  let adapters: InMemoryAdapters
  let account: Account
  let stranger: Account
  let audio: Audio

  const upload = async ({ user }: Account, overrides: Partial<Audio> = {}): Promise<Audio> => {
    const uploaded = anAudio({ ownerId: user.id, ...overrides })
    await adapters.audio.insertPending(uploaded, unlimited)
    await adapters.contents.write(uploaded.id, inPieces(bytes))
    await adapters.audio.markReady(uploaded)
    return uploaded
  }

  beforeEach(async () => {
    adapters = inMemoryAdapters()
    account = await anAccount(adapters)
    // Not even an administrator reaches the audio of somebody else.
    stranger = await anAccount(adapters, { isAdmin: true })
    audio = await upload(account)
    adapters.clock.advance(60)
  })

  describe('OpenAudio', () => {
    const open = ({ actor } = account, { id } = audio) => new OpenAudio(adapters).execute({ actor, id })

    it('gives the audio, and its bytes whole or in part', async () => {
      const opened = await open()
      expect(opened.audio).to.deep.equal(audio)
      expect(isSame(await bytesOf(await opened.content()), bytes)).to.equal(true)
      const part = await bytesOf(await opened.content({ start: 10, end: 19 }))
      expect(isSame(part, bytes.subarray(10, 20))).to.equal(true)
    })

    it('holds the content open for who reads it in pieces', async () => {
      const handle = await (await open()).acquire?.()
      const into = Buffer.alloc(10)
      expect(handle?.sizeBytes).to.equal(bytes.length)
      expect(await handle?.read(into, 20)).to.equal(10)
      expect(isSame(into, bytes.subarray(20, 30))).to.equal(true)
      handle?.release()
    })

    it('offers no handle where the store has none', async () => {
      const contents = { open: adapters.contents.open.bind(adapters.contents) }
      const opened = await new OpenAudio({ ...adapters, contents }).execute({
        actor: account.actor,
        id: audio.id,
      })
      expect(opened.acquire).to.equal(undefined)
    })

    it('hands out no content of another size than the row says, and tells the operator', async () => {
      const short = await upload(account, { content: { ...audio.content, sizeBytes: bytes.length + 1 } })
      const opened = await open(account, short)
      expect(await errorOf(opened.acquire?.() ?? Promise.resolve())).to.be.instanceOf(ContentMissing)
      expect(adapters.incidents.all).to.have.lengthOf(1)
      expect(adapters.contents.openHandles).to.equal(0)
    })

    it('opens nothing before the content is asked for', async () => {
      let openings = 0
      const contents = {
        open: async () => {
          openings++
          return undefined
        },
      }
      await new OpenAudio({ ...adapters, contents }).execute({ actor: account.actor, id: audio.id })
      expect(openings).to.equal(0)
    })

    it('answers alike for foreign audio, audio that never was, is pending or deleted', async () => {
      const pending = anAudio({ ownerId: account.user.id })
      await adapters.audio.insertPending(pending, unlimited)
      const buried = await upload(account)
      await adapters.audio.bury(buried.id, account.user.id)
      const attempts = [
        open(stranger),
        open(account, anAudio()),
        open(account, pending),
        open(account, buried),
      ]
      const refusals = await Promise.all(attempts.map((attempt) => refusalOf(attempt)))
      for (const { code, message } of refusals) {
        expect({ code, message }).to.deep.equal({
          code: 'audio_not_found',
          message: 'There is no such audio',
        })
      }
    })

    it('knows no content of an audio that is deleted meanwhile', async () => {
      const opened = await open()
      await new DeleteAudio(adapters).execute({ actor: account.actor, id: audio.id })
      expect(await refusalOf(opened.content())).to.include({ code: 'audio_not_found' })
      expect(adapters.incidents.all).to.deep.equal([])
    })

    it('hands out nothing of damaged content until it is whole again, and tells the operator', async () => {
      const record = (damage: ContentDamage | undefined) =>
        adapters.checks.record(audio.id, { damage, verifiedAt: adapters.clock.now() })
      for (const [damage, code] of [
        ['missing', 'content_missing'],
        ['short', 'content_damaged'],
        ['corrupt', 'content_damaged'],
      ] as const) {
        await record(damage)
        const opened = await open()
        expect(opened.audio).to.include({ damage, title: audio.title })
        expect(await refusalOf(opened.content())).to.include({ code })
        expect(await refusalOf(opened.acquire?.() ?? Promise.resolve())).to.include({ code })
        const incident = { kind: code, audioId: audio.id, cause: undefined }
        expect(adapters.incidents.all.slice(-2)).to.deep.equal([incident, incident])
      }
      await record(undefined)
      expect(isSame(await bytesOf(await (await open()).content()), bytes)).to.equal(true)
    })

    it('reports a row whose bytes are gone, and says so', async () => {
      const opened = await open()
      await adapters.contents.remove(audio.id)
      expect(await refusalOf(opened.content())).to.include({ code: 'content_missing' })
      expect(adapters.incidents.all).to.deep.equal([
        { kind: 'content_missing', audioId: audio.id, cause: undefined },
      ])
    })
  })

  describe('UpdateAudio', () => {
    const update = (changes: { title?: string; description?: string }, { actor } = account, { id } = audio) =>
      new UpdateAudio(adapters).execute({ actor, id, ...changes })

    it('changes title and description, each by itself', async () => {
      const updatedAt = adapters.clock.now()
      expect(await update({ title: ' New ' })).to.deep.equal({ ...audio, title: 'New', updatedAt })
      expect(await update({ description: 'Told' })).to.include({ title: 'New', description: 'Told' })
      expect(await update({ description: '' })).to.include({ title: 'New', description: '' })
    })

    it('names everything that is wrong at once, and changes nothing', async () => {
      const wrong = { title: '', description: '\0' }
      expect(await issuesOf(update(wrong))).to.deep.equal([
        '/title: required',
        '/description: invalid_characters',
      ])
      expect(await adapters.audio.find(audio.id)).to.deep.equal(audio)
    })

    it('changes nothing of somebody else, and nothing that is not there', async () => {
      for (const attempt of [
        update({ title: 'Mine' }, stranger),
        update({ title: 'Mine' }, account, anAudio()),
      ]) {
        expect(await refusalOf(attempt)).to.include({ code: 'audio_not_found' })
      }
      expect(await adapters.audio.find(audio.id)).to.deep.equal(audio)
    })
  })

  describe('DeleteAudio', () => {
    const remove = ({ actor } = account, { id } = audio): Promise<void> =>
      new DeleteAudio(adapters).execute({ actor, id })

    it('removes the row and the bytes', async () => {
      await remove()
      expect(await adapters.leftovers.known([audio.id])).to.deep.equal(new Set())
      expect(await adapters.contents.stat(audio.id)).to.equal(undefined)
    })

    it('removes nothing of somebody else, and nothing twice', async () => {
      expect(await refusalOf(remove(stranger))).to.include({ code: 'audio_not_found' })
      expect(await adapters.contents.stat(audio.id)).to.not.equal(undefined)
      await remove()
      expect(await refusalOf(remove())).to.include({ code: 'audio_not_found' })
    })

    it('succeeds for one of many racing calls', async () => {
      const outcomes = await race(10, async () =>
        remove().then(
          () => true,
          () => false,
        ),
      )
      expect(outcomes.filter(Boolean)).to.have.length(1)
    })

    it('hides the audio though its bytes cannot be removed, and reports it', async () => {
      const cause = new Error('the disk is read-only')
      const contents = { remove: () => Promise.reject(cause) }
      await new DeleteAudio({ ...adapters, contents }).execute({ actor: account.actor, id: audio.id })
      expect(await adapters.audio.find(audio.id)).to.equal(undefined)
      expect(await adapters.leftovers.known([audio.id])).to.deep.equal(new Set([audio.id]))
      expect(adapters.incidents.all).to.deep.equal([
        { kind: 'content_left_behind', audioId: audio.id, cause },
      ])
    })
  })

  describe('ListAudio', () => {
    it('shows a page of the own audio', async () => {
      await upload(stranger)
      const filter = { search: parseSearch('song'), order: newestFirst }
      const page = { limit: 10, after: undefined }
      const found = await new ListAudio(adapters).execute({ actor: account.actor, page, filter })
      expect(found).to.deep.equal({ items: [audio], next: undefined })
    })
  })
})
