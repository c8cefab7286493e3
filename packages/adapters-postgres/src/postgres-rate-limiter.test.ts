import type { RateLimiter } from '@audiohost/core'
import { rateLimiterContract } from '@audiohost/core/testing'
import { PostgresRateLimiter } from './postgres-rate-limiter.ts'
import { aDatabase, type TestDatabase } from './testing/index.ts'

describe('PostgresRateLimiter', () => {
  let test: TestDatabase

  before(async () => {
    test = await aDatabase()
  })

  after(() => test.drop())

  const make = async (): Promise<RateLimiter> => {
    await test.truncate()
    return new PostgresRateLimiter(test.database)
  }

  rateLimiterContract({ make })
})
