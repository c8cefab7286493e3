import { expect } from 'chai'
import {
  anEmailAddress,
  inMemoryAdapters,
  issuesOf,
  refusalOf,
  type InMemoryAdapters,
} from '../testing/index.ts'
import { RegisterUser } from './register-user.ts'

describe('RegisterUser', () => {
  const input = { name: ' Ann ', surname: 'Lee', email: 'Ann@Example.com ', password: 'xkcd four words' }
  const email = anEmailAddress('ann@example.com')
  let adapters: InMemoryAdapters
  let registerUser: RegisterUser

  beforeEach(() => {
    adapters = inMemoryAdapters()
    registerUser = new RegisterUser(adapters)
  })

  it('stores an active user without a role, with what was given, trimmed', async () => {
    const user = await registerUser.execute(input)
    const now = adapters.clock.now()
    expect(user).to.deep.equal({
      id: '00000000-0000-7000-8000-000000000001',
      name: 'Ann',
      surname: 'Lee',
      email: 'Ann@Example.com',
      isAdmin: false,
      isActive: true,
      createdAt: now,
      updatedAt: now,
    })
    expect(await adapters.users.find(user.id)).to.deep.equal(user)
  })

  it('gives no role to whoever claims one', async () => {
    const claim = { ...input, isAdmin: true, is_admin: true, isActive: false }
    expect(await registerUser.execute(claim)).to.include({ isAdmin: false, isActive: true })
  })

  it('stores the password as a hash of its NFC, and gives none of it back', async () => {
    const user = await registerUser.execute({ ...input, password: ' cafe\u0301 au lait ' })
    const hash = (await adapters.passwords.find(user.id))?.passwordHash ?? ''
    expect(await adapters.hasher.verify(' caf\u00e9 au lait ', hash)).to.equal('match')
    expect(hash).to.not.include('lait')
    expect(JSON.stringify(user)).to.not.include('lait').and.not.include('$fake$')
  })

  it('names everything that is wrong at once, and stores nothing', async () => {
    const wrong = { name: '', surname: 'x'.repeat(101), email: 'ann@', password: 'short' }
    expect(await issuesOf(registerUser.execute(wrong))).to.deep.equal([
      '/name: required',
      '/surname: too_long',
      '/email: invalid_email',
      '/password: too_short',
    ])
    const { items } = await adapters.users.list({ limit: 10, after: undefined }, { search: undefined })
    expect(items).to.deep.equal([])
  })

  it('takes no password that is the name or the address', async () => {
    for (const password of ['ann@example.com', 'margarethe7']) {
      const attempt = registerUser.execute({ ...input, surname: 'Margarethe', password })
      expect(await issuesOf(attempt)).to.deep.equal(['/password: password_too_common'])
    }
  })

  it('refuses an address that somebody has in another case, and leaves their account as it is', async () => {
    const first = await registerUser.execute(input)
    const second = { ...input, name: 'Zoe', email: 'ANN@EXAMPLE.COM' }
    expect(await refusalOf(registerUser.execute(second))).to.include({ code: 'email_taken' })
    expect(await adapters.users.findByEmail(email)).to.deep.equal(first)
  })

  it('opens one account for many racing registrations', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 50 }, (_, index) =>
        registerUser.execute({ ...input, email: index % 2 === 0 ? input.email : input.email.toUpperCase() }),
      ),
    )
    const refusals = outcomes.flatMap((outcome): unknown[] =>
      outcome.status === 'rejected' ? [outcome.reason] : [],
    )
    expect(refusals).to.have.length(49)
    for (const refusal of refusals) expect(refusal).to.include({ code: 'email_taken' })
  })

  it('stores nothing while the hasher is busy', async () => {
    adapters.hasher.busy = true
    expect(await refusalOf(registerUser.execute(input))).to.include({ code: 'too_busy' })
    expect(await adapters.users.findByEmail(email)).to.equal(undefined)
  })

  it('does not hash what it refuses anyway', async () => {
    adapters.hasher.busy = true
    const wrong = { ...input, password: 'x'.repeat(1_000_000) }
    expect(await issuesOf(registerUser.execute(wrong))).to.deep.equal(['/password: too_long'])
  })
})
