import { expect } from 'chai'
import {
  anAccount,
  anEmailAddress,
  aUser,
  inMemoryAdapters,
  issuesOf,
  refusalOf,
  type InMemoryAdapters,
} from '../testing/index.ts'
import { CreateAdmin } from './create-admin.ts'

describe('CreateAdmin', () => {
  const input = { name: 'Ann', surname: 'Lee', email: 'ann@example.com', password: 'xkcd four words' }
  const email = anEmailAddress('ann@example.com')
  let adapters: InMemoryAdapters
  let createAdmin: CreateAdmin

  beforeEach(() => {
    adapters = inMemoryAdapters()
    createAdmin = new CreateAdmin(adapters)
  })

  it('creates an administrator', async () => {
    const { outcome, user } = await createAdmin.execute(input)
    expect(outcome).to.equal('created')
    expect(user).to.include({ isAdmin: true, isActive: true, email: 'ann@example.com' })
    expect(await adapters.users.find(user.id)).to.deep.equal(user)
  })

  it('promotes the account that has the address, which keeps its name and password', async () => {
    const { user } = await anAccount(adapters, { email, isAdmin: false })
    const before = await adapters.passwords.find(user.id)
    const { outcome, user: promoted } = await createAdmin.execute({
      ...input,
      email: 'ANN@example.com',
      name: 'Other',
    })
    expect(outcome).to.equal('promoted')
    expect(promoted).to.deep.equal({ ...user, isAdmin: true })
    expect((await adapters.passwords.find(user.id))?.passwordHash).to.equal(before?.passwordHash)
  })

  it('activates the account that it promotes', async () => {
    const user = aUser({ email, isActive: false })
    await adapters.users.insert(user, undefined)
    expect((await createAdmin.execute(input)).user).to.deep.include({ id: user.id, isActive: true })
  })

  it('promotes whoever takes the address while the password is being hashed', async () => {
    const racer = aUser({ email })
    const hash = adapters.hasher.hash.bind(adapters.hasher)
    adapters.hasher.hash = async (password) => {
      await adapters.users.insert(racer, 'hash')
      return hash(password)
    }
    const { outcome, user } = await createAdmin.execute(input)
    expect(outcome).to.equal('promoted')
    expect(user).to.include({ id: racer.id, isAdmin: true })
  })

  it('refuses bad input like a registration', async () => {
    const wrong = { ...input, email: 'ann@', password: 'password' }
    expect(await issuesOf(createAdmin.execute(wrong))).to.deep.equal([
      '/email: invalid_email',
      '/password: password_too_common',
    ])
  })

  it('says so where the hasher is busy', async () => {
    adapters.hasher.busy = true
    expect(await refusalOf(createAdmin.execute(input))).to.include({ code: 'too_busy' })
  })
})
