import { expect } from 'chai'
import {
  anAccount,
  aSession,
  inMemoryAdapters,
  refusalOf,
  type Account,
  type InMemoryAdapters,
} from '../testing/index.ts'
import { EndOtherSessions } from './end-other-sessions.ts'
import { EndSession } from './end-session.ts'
import { ListSessions } from './list-sessions.ts'

const firstPage = { limit: 100, after: undefined }

describe('the sessions of an account', () => {
  let adapters: InMemoryAdapters
  let account: Account

  beforeEach(async () => {
    adapters = inMemoryAdapters()
    account = await anAccount(adapters)
  })

  const idsOf = async ({ actor }: Pick<Account, 'actor'>): Promise<string[]> =>
    (await new ListSessions(adapters).execute({ actor, page: firstPage })).items.map(({ id }) => id)

  describe('ListSessions', () => {
    it('shows the own live sessions, newest first', async () => {
      await anAccount(adapters)
      adapters.clock.advance(1)
      const second = await account.signIn()
      expect(await idsOf(account)).to.deep.equal([second.actor.sessionId, account.actor.sessionId])
    })
  })

  describe('EndSession', () => {
    const end = (sessionId = aSession().id): Promise<void> =>
      new EndSession(adapters).execute({ actor: account.actor, sessionId })

    it('ends an own session, this one too', async () => {
      const other = await account.signIn()
      await end(other.actor.sessionId)
      expect(await idsOf(account)).to.deep.equal([account.actor.sessionId])
      await end(account.actor.sessionId)
      expect(await idsOf(account)).to.deep.equal([])
    })

    it('answers alike for a session of somebody else, one that is over and one that never was', async () => {
      const foreign = await anAccount(adapters)
      const other = await account.signIn()
      await end(other.actor.sessionId)
      for (const id of [foreign.actor.sessionId, other.actor.sessionId, undefined]) {
        expect(await refusalOf(end(id))).to.include({ code: 'session_not_found' })
      }
      expect(await idsOf(foreign)).to.deep.equal([foreign.actor.sessionId])
    })
  })

  describe('EndOtherSessions', () => {
    it('ends every own session but this one', async () => {
      const foreign = await anAccount(adapters)
      await account.signIn()
      await account.signIn()
      await new EndOtherSessions(adapters).execute({ actor: account.actor })
      expect(await idsOf(account)).to.deep.equal([account.actor.sessionId])
      expect(await idsOf(foreign)).to.deep.equal([foreign.actor.sessionId])
    })
  })
})
