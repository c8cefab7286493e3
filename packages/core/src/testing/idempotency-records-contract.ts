import { expect } from 'chai'
import type { AnswerOwner, Attempt, NewAttempt } from '../idempotency/idempotency-records.ts'
import type { Repositories } from '../repositories.ts'
import type { SessionId } from '../ids.ts'
import { anEmailAddress, at, aUser } from './builders.ts'
import { race } from './race.ts'
import { aStoredSession } from './stored.ts'

/** What every `IdempotencyRecords` promises. `make` gives a fresh, empty set of repositories. */
export function idempotencyRecordsContract({ make }: { readonly make: () => Promise<Repositories> }): void {
  const user = aUser()
  const answer = Uint8Array.from([0, 1, 127, 128, 255])
  const another = Uint8Array.from([9])
  let repositories: Repositories

  const attempt = (holder: string, seconds = 0, changes: Partial<NewAttempt> = {}): NewAttempt => ({
    recordId: 'a1'.repeat(32),
    holder,
    userId: user.id,
    now: at(seconds),
    leaseEndsAt: at(seconds + 30),
    ...changes,
  })
  const begin = async (...how: Parameters<typeof attempt>) => {
    const begun = await repositories.idempotency.begin(attempt(...how))
    return begun.outcome === 'answered' ? [...begun.answer] : begun.outcome
  }

  // eslint-disable-next-line max-params
  const store = (held: Attempt, bytes: Uint8Array, expiresAt: Date, owner?: AnswerOwner): Promise<boolean> =>
    repositories.idempotency.answer(held, { answer: bytes, expiresAt, owner })

  beforeEach(async () => {
    repositories = await make()
    await repositories.users.insert(user, undefined)
  })

  it('lets one of racing attempts run', async () => {
    const begun = await race(20, (index) => begin(`holder ${index.toString()}`))
    expect(begun.toSorted()).to.deep.equal(['begun', ...Array<string>(19).fill('running')])
  })

  it('gives the answer to all that come later, until it expires', async () => {
    expect(await begin('first')).to.equal('begun')
    expect(await store(attempt('first'), answer, at(3600))).to.equal(true)
    expect(await begin('second', 1)).to.deep.equal([...answer])
    expect(await begin('third', 3599)).to.deep.equal([...answer])
    expect(await begin('fourth', 3600)).to.equal('begun')
    expect(await begin('fifth', 3601)).to.equal('running')
  })

  it('keeps records apart', async () => {
    await begin('first')
    expect(await begin('first', 0, { recordId: 'b2'.repeat(32) })).to.equal('begun')
    expect(await begin('first', 0, { recordId: 'c3'.repeat(32), userId: undefined })).to.equal('begun')
  })

  it('lets one of racing attempts take over from one that died', async () => {
    await begin('dead')
    expect(await begin('early', 29)).to.equal('running')
    const begun = await race(10, (index) => begin(`heir ${index.toString()}`, 30))
    expect(begun.filter((outcome) => outcome === 'begun')).to.have.lengthOf(1)
  })

  it('waits for one that renews its lease', async () => {
    await begin('slow')
    expect(await repositories.idempotency.renew(attempt('slow'), at(60))).to.equal(true)
    expect(await begin('second', 59)).to.equal('running')
    expect(await begin('third', 60)).to.equal('begun')
  })

  it('takes nothing more from an attempt that was taken over', async () => {
    await begin('late')
    await begin('heir', 31)
    const late = attempt('late')
    expect(await repositories.idempotency.renew(late, at(500))).to.equal(false)
    expect(await store(late, another, at(500))).to.equal(false)
    await repositories.idempotency.abandon(late)
    expect(await begin('third', 60)).to.equal('running')
    expect(await store(attempt('heir'), answer, at(500))).to.equal(true)
    expect(await begin('fourth', 61)).to.deep.equal([...answer])
  })

  it('frees the key of an attempt that gives up, at once', async () => {
    await begin('first')
    await repositories.idempotency.abandon(attempt('first'))
    expect(await begin('second', 1)).to.equal('begun')
  })

  it('keeps the first answer', async () => {
    await begin('first')
    await store(attempt('first'), answer, at(500))
    expect(await store(attempt('first'), another, at(900))).to.equal(false)
    expect(await repositories.idempotency.renew(attempt('first'), at(900))).to.equal(false)
    await repositories.idempotency.abandon(attempt('first'))
    expect(await begin('second', 499)).to.deep.equal([...answer])
    expect(await begin('third', 500)).to.equal('begun')
  })

  it('begins nothing for a user who is gone', async () => {
    expect(await begin('first', 0, { userId: aUser().id })).to.equal('user-absent')
    await begin('second')
    await store(attempt('second'), answer, at(500))
    await repositories.users.remove(user.id, at(1))
    expect(await begin('third', 2)).to.equal('user-absent')
    expect(await repositories.idempotency.removeExpired(at(9000))).to.equal(0)
  })

  describe('of clients that were not signed in', () => {
    const anonymous = { userId: undefined }
    const answered = async (owner: AnswerOwner): Promise<void> => {
      await begin('first', 0, anonymous)
      expect(await store(attempt('first'), answer, at(9000), owner)).to.equal(true)
      expect(await begin('second', 1, anonymous)).to.deep.equal([...answer])
    }

    it('removes the answer with the user whom it concerns', async () => {
      await answered({ userId: user.id })
      await repositories.users.remove(user.id, at(2))
      expect(await begin('third', 3, anonymous)).to.equal('begun')
    })

    it('stores no answer for a user that was deleted meanwhile', async () => {
      await begin('first', 0, anonymous)
      await repositories.users.remove(user.id, at(1))
      expect(await store(attempt('first'), answer, at(9000), { userId: user.id })).to.equal(false)
    })

    for (const [what, end] of [
      ['ended', (id: SessionId) => repositories.sessions.end(id, user.id, at(2))],
      ['expired', () => Promise.resolve()],
    ] as const) {
      it(`does not give the answer again once its session has ${what}`, async () => {
        const session = await aStoredSession(repositories, { userId: user.id, idleExpiresAt: at(60) })
        await answered({ userId: user.id, sessionId: session.id })
        await end(session.id)
        const begun = await race(10, (index) => begin(`after ${index.toString()}`, 60, anonymous))
        expect(begun.filter((outcome) => outcome === 'begun')).to.have.lengthOf(1)
        expect(await begin('later', 61, anonymous)).to.equal('running')
      })
    }
  })

  describe('when the credentials of the user change', () => {
    const changes = {
      'a new password': () => repositories.passwords.change(user.id, 'another hash', undefined, at(2)),
      'a new e-mail address': () =>
        repositories.users.update(user.id, { email: anEmailAddress('new@example.com') }, at(2)),
      'a deactivation': () => repositories.users.update(user.id, { isActive: false }, at(2)),
    }
    for (const [what, change] of Object.entries(changes)) {
      it(`removes the answers with ${what}, those of other users excepted`, async () => {
        const other = aUser()
        await repositories.users.insert(other, undefined)
        await begin('first')
        await store(attempt('first'), answer, at(9000))
        await begin('theirs', 0, { recordId: 'b2'.repeat(32), userId: other.id })
        await store(attempt('theirs', 0, { recordId: 'b2'.repeat(32) }), answer, at(9000))
        await change()
        expect(await begin('second', 3)).to.equal('begun')
        expect(await begin('again', 3, { recordId: 'b2'.repeat(32), userId: other.id })).to.deep.equal([
          ...answer,
        ])
      })
    }

    it('stores the answer of the very request that changes them', async () => {
      await begin('changing')
      await repositories.passwords.change(user.id, 'another hash', undefined, at(2))
      expect(await store(attempt('changing'), answer, at(9000))).to.equal(true)
      expect(await begin('second', 3)).to.deep.equal([...answer])
    })

    it('keeps them with another name, and with a rehash of the same password', async () => {
      await repositories.passwords.change(user.id, 'a hash', undefined, at(0))
      await begin('first')
      await store(attempt('first'), answer, at(9000))
      await repositories.users.update(user.id, { name: 'Zoe' }, at(2))
      await repositories.passwords.rehash(user.id, { from: 'a hash', to: 'a better one' })
      expect(await begin('second', 3)).to.deep.equal([...answer])
    })
  })

  it('forgets what has expired and nothing else', async () => {
    await begin('dead')
    await begin('running', 40, { recordId: 'b2'.repeat(32) })
    await begin('answered', 0, { recordId: 'c3'.repeat(32) })
    const answered = attempt('answered', 0, { recordId: 'c3'.repeat(32) })
    await store(answered, answer, at(500))
    expect(await repositories.idempotency.removeExpired(at(60))).to.equal(1)
    expect(await repositories.idempotency.removeExpired(at(60))).to.equal(0)
    expect(await begin('second', 61, { recordId: 'b2'.repeat(32) })).to.equal('running')
    expect(await begin('second', 61, { recordId: 'c3'.repeat(32) })).to.deep.equal([...answer])
  })
}
