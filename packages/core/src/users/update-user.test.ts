import { expect } from 'chai'
import {
  anAccount,
  aUser,
  inMemoryAdapters,
  liveSessionsOf,
  issuesOf,
  refusalOf,
  type Account,
  type InMemoryAdapters,
} from '../testing/index.ts'
import { UpdateUser } from './update-user.ts'

describe('UpdateUser', () => {
  let adapters: InMemoryAdapters
  let updateUser: UpdateUser
  let admin: Account
  let account: Account

  beforeEach(async () => {
    adapters = inMemoryAdapters()
    updateUser = new UpdateUser(adapters)
    admin = await anAccount(adapters, { isAdmin: true })
    account = await anAccount(adapters)
    adapters.clock.advance(60)
  })

  it('changes what is given and nothing else', async () => {
    const { id } = account.user
    const changed = await updateUser.execute({ actor: admin.actor, id, name: ' Zoë ', isAdmin: true })
    expect(changed).to.deep.equal({
      ...account.user,
      name: 'Zoë',
      isAdmin: true,
      updatedAt: adapters.clock.now(),
    })
    expect(await adapters.users.find(id)).to.deep.equal(changed)
  })

  it('takes a false for a false, not for nothing', async () => {
    const { id } = account.user
    expect(await updateUser.execute({ actor: admin.actor, id, isActive: false })).to.include({
      isActive: false,
    })
    expect(await liveSessionsOf(adapters, id, adapters.clock.now())).to.deep.equal([])
  })

  it('changes nobody for whoever is no administrator, not even themselves', async () => {
    const { actor, user } = account
    for (const id of [user.id, admin.user.id, aUser().id]) {
      const attempt = updateUser.execute({ actor, id, isAdmin: true })
      expect(await refusalOf(attempt)).to.include({ code: 'admin_required' })
    }
    expect(await adapters.users.find(user.id)).to.deep.equal(user)
  })

  it('names everything that is wrong at once, and changes nothing', async () => {
    const { id } = account.user
    const wrong = { name: '\0', surname: ' ', email: 'nonsense', isAdmin: true }
    expect(await issuesOf(updateUser.execute({ actor: admin.actor, id, ...wrong }))).to.deep.equal([
      '/name: required',
      '/name: invalid_characters',
      '/surname: required',
      '/email: invalid_email',
    ])
    expect(await adapters.users.find(id)).to.deep.equal(account.user)
  })

  it('refuses an address that somebody else has', async () => {
    const attempt = updateUser.execute({ actor: admin.actor, id: account.user.id, email: admin.user.email })
    expect(await refusalOf(attempt)).to.include({ code: 'email_taken' })
  })

  it('leaves one active administrator', async () => {
    for (const changes of [{ isAdmin: false }, { isActive: false }]) {
      const attempt = updateUser.execute({ actor: admin.actor, id: admin.user.id, ...changes })
      expect(await refusalOf(attempt)).to.include({ code: 'last_admin' })
    }
    expect(await adapters.users.find(admin.user.id)).to.deep.equal(admin.user)
  })

  it('says so where there is no such user', async () => {
    const attempt = updateUser.execute({ actor: admin.actor, id: aUser().id, name: 'Zoë' })
    expect(await refusalOf(attempt)).to.include({ code: 'user_not_found' })
  })
})
