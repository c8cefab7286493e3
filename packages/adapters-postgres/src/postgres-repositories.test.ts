import type { Repositories } from '@audiohost/core'
import {
  audioLeftoversContract,
  audioRepositoryContract,
  externalIdentityRepositoryContract,
  passwordRepositoryContract,
  pendingLoginRepositoryContract,
  sessionRepositoryContract,
  userRepositoryContract,
} from '@audiohost/core/testing'
import { postgresRepositories } from './postgres-repositories.ts'
import { aDatabase, type TestDatabase } from './testing/index.ts'

describe('postgresRepositories', () => {
  let test: TestDatabase

  before(async () => {
    test = await aDatabase()
  })

  after(() => test.drop())

  const make = async (): Promise<Repositories> => {
    await test.truncate()
    return postgresRepositories(test.database)
  }

  describe('PostgresUserRepository', () => {
    userRepositoryContract({ make })
  })
  describe('PostgresPasswordRepository', () => {
    passwordRepositoryContract({ make })
  })
  describe('PostgresExternalIdentityRepository', () => {
    externalIdentityRepositoryContract({ make })
  })
  describe('PostgresSessionRepository', () => {
    sessionRepositoryContract({ make })
  })
  describe('PostgresPendingLoginRepository', () => {
    pendingLoginRepositoryContract({ make })
  })
  describe('PostgresAudioRepository', () => {
    audioRepositoryContract({ make })
  })
  describe('PostgresAudioLeftovers', () => {
    audioLeftoversContract({ make })
  })
})
