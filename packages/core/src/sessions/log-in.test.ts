import { expect } from 'chai'
import {
  anAccount,
  anEmailAddress,
  aUser,
  inMemoryAdapters,
  liveSessionsOf,
  refusalOf,
  type Account,
  type InMemoryAdapters,
} from '../testing/index.ts'
import { LogIn, type LogInDependencies } from './log-in.ts'

describe('LogIn', () => {
  const userAgent = 'Browser 2.0'
  let adapters: InMemoryAdapters
  let account: Account

  beforeEach(async () => {
    adapters = inMemoryAdapters()
    account = await anAccount(adapters, { email: anEmailAddress('ann@example.com') })
    await adapters.sessions.endAll(account.user.id, undefined, adapters.clock.now())
    adapters.clock.advance(60)
  })

  const logIn = (input: { email?: string; password?: string } = {}, deps: Partial<LogInDependencies> = {}) =>
    new LogIn({ ...adapters, ...deps }).execute({
      email: 'ann@example.com',
      password: account.password,
      userAgent,
      ...input,
    })

  const sessions = () => liveSessionsOf(adapters, account.user.id, adapters.clock.now())

  const storedHash = async (): Promise<string> =>
    (await adapters.passwords.find(account.user.id))?.passwordHash ?? ''

  it('opens a session and gives its first tokens', async () => {
    const { user, sessionId, tokens, ...rest } = await logIn()
    expect(user).to.deep.equal(account.user)
    expect(rest).to.deep.equal({})
    const [session, ...others] = await sessions()
    expect(others).to.deep.equal([])
    expect(session).to.include({ id: sessionId, userId: user.id, generation: 1, userAgent })
    expect(session?.createdAt).to.deep.equal(adapters.clock.now())
    expect(session?.idleExpiresAt).to.deep.equal(new Date('2026-01-31T00:01:00.000Z'))
    expect(session?.expiresAt).to.deep.equal(new Date('2026-06-30T00:01:00.000Z'))
    expect(adapters.refreshTokens.verify(tokens.refreshToken)).to.deep.equal({
      sessionId: session?.id,
      generation: 1,
    })
  })

  it('opens a new session each time, and ends none', async () => {
    await logIn()
    await logIn()
    expect(await sessions()).to.have.length(2)
  })

  it('takes the address in any case and with blanks around, and the password to the letter', async () => {
    expect((await logIn({ email: ' ANN@Example.com ' })).user).to.deep.equal(account.user)
    for (const password of [
      ` ${account.password}`,
      account.password.toUpperCase(),
      '',
      account.password.slice(1),
    ]) {
      expect(await refusalOf(logIn({ password }))).to.include({ code: 'invalid_credentials' })
    }
  })

  it('takes either way to write the accents of a password', async () => {
    const hash = await adapters.hasher.hash('caf\u00e9 au lait')
    await adapters.passwords.change(account.user.id, hash, undefined, adapters.clock.now())
    expect((await logIn({ password: 'cafe\u0301 au lait' })).user.id).to.equal(account.user.id)
  })

  describe('what it refuses', () => {
    const verified: string[] = []
    const watched = (): Partial<LogInDependencies> => ({
      hasher: {
        decoyHash: adapters.hasher.decoyHash,
        hash: (password) => adapters.hasher.hash(password),
        verify: (password, hash) => {
          verified.push(hash)
          return adapters.hasher.verify(password, hash)
        },
      },
    })

    beforeEach(() => {
      verified.length = 0
    })

    it('does that work once for what it accepts, too', async () => {
      await logIn({}, watched())
      expect(verified).to.have.length(1)
    })

    for (const [what, prepare, input] of [
      ['a wrong password', async () => undefined, { password: 'wrong' }],
      ['an unknown address', async () => undefined, { email: 'nobody@example.com' }],
      ['what is no address', async () => undefined, { email: "' or 1=1 --" }],
      [
        'a disabled account',
        () => adapters.users.update(account.user.id, { isActive: false }, adapters.clock.now()),
        {},
      ],
      [
        'an account without a password',
        () => adapters.users.insert(aUser({ email: anEmailAddress('zoe@example.com') }), undefined),
        { email: 'zoe@example.com' },
      ],
    ] as const) {
      it(`answers ${what} like every other, after the same work, and opens no session`, async () => {
        await prepare()
        const refusal = await refusalOf(logIn(input, watched()))
        expect(refusal).to.include({ code: 'invalid_credentials' })
        expect(refusal.message).to.equal('The e-mail address or the password is wrong')
        expect(verified).to.have.length(1)
        expect(await sessions()).to.deep.equal([])
      })
    }

    it('says so where the hasher is busy, for known and unknown addresses alike', async () => {
      adapters.hasher.busy = true
      for (const email of ['ann@example.com', 'nobody@example.com']) {
        expect(await refusalOf(logIn({ email }))).to.include({ code: 'too_busy' })
      }
    })
  })

  describe('rehashing', () => {
    it('renews a hash of outdated parameters', async () => {
      const before = await storedHash()
      adapters.hasher.outdated = true
      await logIn()
      const after = await storedHash()
      expect(after).to.not.equal(before)
      adapters.hasher.outdated = false
      expect(await adapters.hasher.verify(account.password, after)).to.equal('match')
    })

    it('leaves a hash alone that is up to date, or that the password does not match', async () => {
      const before = await storedHash()
      await logIn()
      adapters.hasher.outdated = true
      await refusalOf(logIn({ password: 'wrong' }))
      expect(await storedHash()).to.equal(before)
    })

    it('signs in though the hasher is too busy to rehash', async () => {
      const before = await storedHash()
      adapters.hasher.outdated = true
      const hasher = {
        decoyHash: adapters.hasher.decoyHash,
        verify: (password: string, hash: string) => adapters.hasher.verify(password, hash),
        hash: (password: string) => {
          adapters.hasher.busy = true
          return adapters.hasher.hash(password)
        },
      }
      expect((await logIn({}, { hasher })).user.id).to.equal(account.user.id)
      expect(await storedHash()).to.equal(before)
    })
  })

  describe('races', () => {
    /** Does something in the moment between the check of the password and the opening of the session. */
    const meanwhile = (act: () => Promise<unknown>): Partial<LogInDependencies> => ({
      hasher: {
        decoyHash: adapters.hasher.decoyHash,
        hash: (password) => adapters.hasher.hash(password),
        verify: async (password, hash) => {
          const verdict = await adapters.hasher.verify(password, hash)
          if (hash === hashAtFirst) await act()
          return verdict
        },
      },
    })
    let hashAtFirst: string

    beforeEach(async () => {
      hashAtFirst = await storedHash()
    })

    it('opens no session for the old password when the password changes meanwhile', async () => {
      const change = async (): Promise<void> => {
        const hash = await adapters.hasher.hash('quite another one')
        await adapters.passwords.change(account.user.id, hash, undefined, adapters.clock.now())
      }
      expect(await refusalOf(logIn({}, meanwhile(change)))).to.include({ code: 'invalid_credentials' })
      expect(await sessions()).to.deep.equal([])
    })

    it('signs in where another sign-in rehashes the same password meanwhile', async () => {
      const rehash = async (): Promise<void> => {
        const to = await adapters.hasher.hash(account.password)
        await adapters.passwords.rehash(account.user.id, { from: hashAtFirst, to })
      }
      expect((await logIn({}, meanwhile(rehash))).user.id).to.equal(account.user.id)
      expect(await sessions()).to.have.length(1)
    })

    for (const [what, act] of [
      [
        'deactivated',
        () => adapters.users.update(account.user.id, { isActive: false }, adapters.clock.now()),
      ],
      ['removed', () => adapters.users.remove(account.user.id, adapters.clock.now())],
    ] as const) {
      it(`refuses a user who is ${what} meanwhile`, async () => {
        expect(await refusalOf(logIn({}, meanwhile(act)))).to.include({ code: 'invalid_credentials' })
        await adapters.users.update(account.user.id, { isActive: true }, adapters.clock.now())
        expect(await sessions()).to.deep.equal([])
      })
    }
  })
})
