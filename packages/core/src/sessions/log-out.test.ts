import { expect } from 'chai'
import {
  anAccount,
  inMemoryAdapters,
  refusalOf,
  type Account,
  type InMemoryAdapters,
} from '../testing/index.ts'
import { LogOut } from './log-out.ts'

describe('LogOut', () => {
  let adapters: InMemoryAdapters
  let account: Account

  beforeEach(async () => {
    adapters = inMemoryAdapters()
    account = await anAccount(adapters)
  })

  const logOut = (tokens: { accessToken?: string; refreshToken?: string }): Promise<void> =>
    new LogOut(adapters).execute({ accessToken: tokens.accessToken, refreshToken: tokens.refreshToken })

  const lives = async ({ sessionId } = account.actor): Promise<boolean> =>
    (await adapters.sessions.findLive(sessionId, adapters.clock.now())) !== undefined

  it('ends the session of the access token', async () => {
    await logOut({ accessToken: account.tokens.accessToken })
    expect(await lives()).to.equal(false)
  })

  it('ends the session of the refresh token where the access token has expired', async () => {
    adapters.clock.advance(301)
    await logOut(account.tokens)
    expect(await lives()).to.equal(false)
  })

  it('ends the session of the refresh token where that of the access token is over', async () => {
    const other = await account.signIn()
    await logOut({ accessToken: other.tokens.accessToken })
    await logOut({ accessToken: other.tokens.accessToken, refreshToken: account.tokens.refreshToken })
    expect(await lives()).to.equal(false)
  })

  it('ends both where the tokens name two sessions', async () => {
    const other = await account.signIn()
    await logOut({ accessToken: other.tokens.accessToken, refreshToken: account.tokens.refreshToken })
    expect([await lives(), await lives(other.actor)]).to.deep.equal([false, false])
  })

  it('leaves the other sessions of the user', async () => {
    const other = await account.signIn()
    await logOut(other.tokens)
    expect([await lives(), await lives(other.actor)]).to.deep.equal([true, false])
  })

  it('refuses where no token names a live session', async () => {
    await logOut(account.tokens)
    const nonsense = { accessToken: 'nonsense', refreshToken: 'nonsense' }
    for (const tokens of [{}, nonsense, account.tokens]) {
      expect(await refusalOf(logOut(tokens))).to.include({ code: 'not_authenticated' })
    }
  })
})
