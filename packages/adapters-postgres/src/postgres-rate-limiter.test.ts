import type { RateLimit, RateLimiter } from '@audiohost/core'
import { errorOf, race, rateLimiterContract } from '@audiohost/core/testing'
import { expect } from 'chai'
import { connectDatabase } from './connect.ts'
import { DatabaseUnavailable } from './database-unavailable.ts'
import { PostgresRateLimiter } from './postgres-rate-limiter.ts'
import { aDatabase, aProxyTo, type TestDatabase } from './testing/index.ts'

const limit: RateLimit = { name: 'sign-in', attempts: 3, windowSeconds: 60 }

describe('PostgresRateLimiter', () => {
  let test: TestDatabase

  before(async () => {
    test = await aDatabase()
  })

  after(() => test.drop())

  beforeEach(() => test.truncate())

  const make = async (): Promise<RateLimiter> => new PostgresRateLimiter(test.database)

  rateLimiterContract({ make })

  it('counts for all nodes together', async () => {
    const nodes = await race(4, make)
    const states = await race(20, (attempt) => (nodes[attempt % 4] ?? nodes[0]!).consume(limit, 'ann'))
    expect(states.filter(({ allowed }) => allowed)).to.have.lengthOf(3)
  })

  it('allows one more for each refund, however many were refused', async () => {
    const limiter = await make()
    await race(10, () => limiter.consume(limit, 'ann'))
    await limiter.refund(limit, 'ann')
    const states = await race(5, () => limiter.consume(limit, 'ann'))
    expect(states.filter(({ allowed }) => allowed)).to.have.lengthOf(1)
  })

  it('stores neither addresses nor names', async () => {
    await (await make()).consume(limit, 'ann@example.com')
    const rows = await test.database.run((knex) => knex('rate_limits').select())
    expect(rows).to.have.lengthOf(1)
    expect(JSON.stringify(rows)).to.not.contain('ann')
  })

  it('forgets the windows that have ended, and no others', async () => {
    const limiter = new PostgresRateLimiter(test.database)
    await limiter.consume(limit, 'ann')
    await limiter.consume(limit, 'zoe')
    await test.database.run((knex) =>
      knex('rate_limits')
        .limit(1)
        .update({ expire: Date.now() - 1 })
        .whereRaw('key = (select min(key) from rate_limits)'),
    )
    expect(await limiter.removeExpired()).to.equal(1)
    expect(await test.database.run((knex) => knex('rate_limits').select())).to.have.lengthOf(1)
  })

  it('says so where the database is away, and refuses nobody for it', async () => {
    const proxy = await aProxyTo(test.url)
    const database = connectDatabase({ address: proxy.url })
    await proxy.goAway()
    expect(await errorOf(new PostgresRateLimiter(database).consume(limit, 'ann'))).to.be.instanceOf(
      DatabaseUnavailable,
    )
    await database.close()
  })
})
