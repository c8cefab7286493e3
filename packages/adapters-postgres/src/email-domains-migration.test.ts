import { emailKey, type EmailKey, type User } from '@audiohost/core'
import { anEmailAddress, aUser, at } from '@audiohost/core/testing'
import { expect } from 'chai'
import { migrateDatabase } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import { postgresRepositories } from './postgres-repositories.ts'
import { anEmptyDatabase, type TestDatabase } from './testing/index.ts'
import { newUserRow } from './user-row.ts'

describe('accounts of a release that compared domains as they are written', () => {
  let test: TestDatabase

  beforeEach(async () => {
    test = await anEmptyDatabase()
    await migrateDatabase(
      test.database,
      migrations.filter(({ name }) => name < '0020'),
    )
  })
  afterEach(() => test.drop())

  async function registerBefore(email: string): Promise<User> {
    const user = aUser({ email: anEmailAddress(email) })
    const row = { ...newUserRow(user, 'hash'), email_key: email.normalize('NFKC').toLowerCase() }
    await test.database.run((knex) => knex('users').insert(row))
    return user
  }

  const found = async (email: string): Promise<User['id'] | undefined> => {
    const { users, passwords } = postgresRepositories(test.database)
    const user = await users.findByEmail(anEmailAddress(email))
    expect((await passwords.findByEmail(anEmailAddress(email)))?.user.id).to.equal(user?.id)
    return user?.id
  }

  it('are found by every spelling of their domain, and hold it against new ones', async () => {
    const unicode = await registerBefore('Ann@Пример.рф')
    const ascii = await registerBefore('zoe@xn--bcher-kva.example')
    await registerBefore('plain@example.com')
    await migrateDatabase(test.database)
    for (const email of ['ann@пример.рф', 'ann@xn--e1afmkfd.xn--p1ai'])
      expect(await found(email)).to.equal(unicode.id)
    for (const email of ['zoe@bücher.example', 'zoe@xn--bcher-kva.example'])
      expect(await found(email)).to.equal(ascii.id)
    const { users } = postgresRepositories(test.database)
    const again = aUser({ email: anEmailAddress('ann@xn--e1afmkfd.xn--p1ai') })
    expect(await users.insert(again, 'hash')).to.equal('email-taken')
  })

  it('stay two if they have one mailbox, each found as it was registered', async () => {
    const unicode = await registerBefore('ann@пример.рф')
    const ascii = await registerBefore('ann@xn--e1afmkfd.xn--p1ai')
    await migrateDatabase(test.database)
    expect(await found('ANN@пример.рф')).to.equal(unicode.id)
    expect(await found('ann@XN--e1afmkfd.xn--p1ai')).to.equal(ascii.id)
    const { users } = postgresRepositories(test.database)
    const third = aUser({ email: anEmailAddress('ann@пример.рф.') })
    expect(await users.insert(third, 'hash')).to.equal('email-taken')
  })

  it('become one account after the other has got another address', async () => {
    const unicode = await registerBefore('ann@пример.рф')
    const ascii = await registerBefore('ann@xn--e1afmkfd.xn--p1ai')
    await migrateDatabase(test.database)
    const { users } = postgresRepositories(test.database)
    await users.update(ascii.id, { email: anEmailAddress('zoe@example.com') }, at(60))
    await users.update(unicode.id, { email: anEmailAddress('ann@пример.рф') }, at(61))
    expect(await found('ann@xn--e1afmkfd.xn--p1ai')).to.equal(unicode.id)
  })

  it('keep a domain that is not accepted any more', async () => {
    const user = aUser({ email: undefined })
    const row = { ...newUserRow(user, 'hash'), email: 'Ann@אבa.com', email_key: 'ann@אבa.com' as EmailKey }
    await test.database.run((knex) => knex('users').insert(row))
    await migrateDatabase(test.database)
    const { users } = postgresRepositories(test.database)
    expect((await users.findByEmail('ann@אבa.com' as never))?.id).to.equal(user.id)
    expect(emailKey('Ann@אבa.com' as never)).to.equal('ann@אבa.com')
  })
})
