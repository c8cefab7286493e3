import { expect } from 'chai'
import { anAccount, aUser, inMemoryAdapters, issuesOf, refusalOf } from '../testing/index.ts'
import { GetUser } from './get-user.ts'

describe('GetUser', () => {
  const adapters = inMemoryAdapters()
  const getUser = new GetUser(adapters)

  it('finds a user by id, and by e-mail address in any case', async () => {
    const { actor } = await anAccount(adapters, { isAdmin: true })
    const { user } = await anAccount(adapters)
    expect(await getUser.execute({ actor, id: user.id })).to.deep.equal(user)
    expect(await getUser.execute({ actor, email: ` ${user.email.toUpperCase()} ` })).to.deep.equal(user)
  })

  it('shows nobody to whoever is no administrator, not even themselves', async () => {
    const { actor } = await anAccount(adapters)
    expect(await refusalOf(getUser.execute({ actor, id: actor.userId }))).to.include({
      code: 'admin_required',
    })
    // Before anything else is said: neither what is there nor what is wrong with the question.
    expect(await refusalOf(getUser.execute({ actor, id: aUser().id }))).to.include({ code: 'admin_required' })
    expect(await refusalOf(getUser.execute({ actor }))).to.include({ code: 'admin_required' })
  })

  it('wants exactly one of id and e-mail address', async () => {
    const { actor, user } = await anAccount(adapters, { isAdmin: true })
    expect(await issuesOf(getUser.execute({ actor }))).to.deep.equal([': exactly_one'])
    expect(await issuesOf(getUser.execute({ actor, id: user.id, email: user.email }))).to.deep.equal([
      ': exactly_one',
    ])
  })

  it('says so where there is no such user', async () => {
    const { actor } = await anAccount(adapters, { isAdmin: true })
    for (const question of [
      { id: aUser().id },
      { email: 'nobody@example.com' },
      { email: 'nonsense' },
      { email: '' },
    ]) {
      expect(await refusalOf(getUser.execute({ actor, ...question }))).to.include({ code: 'user_not_found' })
    }
  })
})
