import { expect } from 'chai'
import { unlimited } from './quota.ts'
import {
  anAccount,
  anAudio,
  aUser,
  inMemoryAdapters,
  liveSessionsOf,
  inPieces,
  refusalOf,
  someBytes,
  type Account,
  type InMemoryAdapters,
} from '../testing/index.ts'
import type { AudioId } from '../ids.ts'
import { DeleteUser } from './delete-user.ts'

describe('DeleteUser', () => {
  let adapters: InMemoryAdapters
  let deleteUser: DeleteUser
  let account: Account

  beforeEach(async () => {
    adapters = inMemoryAdapters()
    deleteUser = new DeleteUser(adapters)
    account = await anAccount(adapters)
  })

  const upload = async ({ user }: Account): Promise<AudioId> => {
    const audio = anAudio({ ownerId: user.id })
    await adapters.audio.insertPending(audio, unlimited)
    await adapters.contents.write(audio.id, inPieces(someBytes(10)))
    await adapters.audio.markReady(audio)
    return audio.id
  }

  const rowsAndBytes = async (ids: readonly AudioId[]): Promise<boolean[]> => [
    ...(await Promise.all(ids.map(async (id) => (await adapters.leftovers.known([id])).has(id)))),
    ...(await Promise.all(ids.map(async (id) => (await adapters.contents.stat(id)) !== undefined))),
  ]

  it('lets people delete themselves, with their audio, its bytes and their sessions', async () => {
    const ids = [await upload(account), await upload(account)]
    await deleteUser.execute({ actor: account.actor, id: account.user.id })
    expect(await adapters.users.find(account.user.id)).to.equal(undefined)
    expect(await rowsAndBytes(ids)).to.deep.equal([false, false, false, false])
    expect(await liveSessionsOf(adapters, account.user.id, adapters.clock.now())).to.deep.equal([])
    expect(adapters.incidents.all).to.deep.equal([])
  })

  it('lets an administrator delete somebody, and leaves everybody else', async () => {
    const admin = await anAccount(adapters, { isAdmin: true })
    const kept = await upload(admin)
    const gone = await upload(account)
    await deleteUser.execute({ actor: admin.actor, id: account.user.id })
    expect(await rowsAndBytes([kept, gone])).to.deep.equal([true, false, true, false])
  })

  it('lets nobody else delete anybody, whether they exist or not', async () => {
    const other = await anAccount(adapters)
    for (const id of [other.user.id, aUser().id]) {
      const attempt = deleteUser.execute({ actor: account.actor, id })
      expect(await refusalOf(attempt)).to.include({ code: 'admin_required' })
    }
    expect(await adapters.users.find(other.user.id)).to.deep.equal(other.user)
  })

  it('leaves one active administrator, with their audio', async () => {
    const admin = await anAccount(adapters, { isAdmin: true })
    const id = await upload(admin)
    const attempt = deleteUser.execute({ actor: admin.actor, id: admin.user.id })
    expect(await refusalOf(attempt)).to.include({ code: 'last_admin' })
    expect(await rowsAndBytes([id])).to.deep.equal([true, true])
  })

  it('says so where there is no such user', async () => {
    const { actor } = await anAccount(adapters, { isAdmin: true })
    const attempt = deleteUser.execute({ actor, id: aUser().id })
    expect(await refusalOf(attempt)).to.include({ code: 'user_not_found' })
  })

  it('removes the account though some bytes cannot be removed, and reports those', async () => {
    const ids = [await upload(account), await upload(account)]
    const cause = new Error('the disk is read-only')
    const contents = {
      remove: async (id: AudioId) => {
        if (id === ids[0]) throw cause
        await adapters.contents.remove(id)
      },
    }
    const { actor, user } = account
    await new DeleteUser({ ...adapters, contents }).execute({ actor, id: user.id })
    expect(await adapters.users.find(user.id)).to.equal(undefined)
    // The row of the first stays for the sweep to find.
    expect(await rowsAndBytes(ids)).to.deep.equal([true, false, true, false])
    expect(adapters.incidents.all).to.deep.equal([{ kind: 'content_left_behind', audioId: ids[0], cause }])
  })
})
