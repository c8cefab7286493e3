import { expect } from 'chai'
import type { NewAttempt } from '../idempotency/idempotency-records.ts'
import type { Repositories } from '../repositories.ts'
import { at, aUser } from './builders.ts'
import { race } from './race.ts'

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
    expect(await repositories.idempotency.answer(attempt('first'), answer, at(3600))).to.equal(true)
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
    expect(await repositories.idempotency.answer(late, another, at(500))).to.equal(false)
    await repositories.idempotency.abandon(late)
    expect(await begin('third', 60)).to.equal('running')
    expect(await repositories.idempotency.answer(attempt('heir'), answer, at(500))).to.equal(true)
    expect(await begin('fourth', 61)).to.deep.equal([...answer])
  })

  it('frees the key of an attempt that gives up, at once', async () => {
    await begin('first')
    await repositories.idempotency.abandon(attempt('first'))
    expect(await begin('second', 1)).to.equal('begun')
  })

  it('keeps the first answer', async () => {
    await begin('first')
    await repositories.idempotency.answer(attempt('first'), answer, at(500))
    expect(await repositories.idempotency.answer(attempt('first'), another, at(900))).to.equal(false)
    expect(await repositories.idempotency.renew(attempt('first'), at(900))).to.equal(false)
    await repositories.idempotency.abandon(attempt('first'))
    expect(await begin('second', 499)).to.deep.equal([...answer])
    expect(await begin('third', 500)).to.equal('begun')
  })

  it('begins nothing for a user who is gone', async () => {
    expect(await begin('first', 0, { userId: aUser().id })).to.equal('user-absent')
    await begin('second')
    await repositories.idempotency.answer(attempt('second'), answer, at(500))
    await repositories.users.remove(user.id, at(1))
    expect(await begin('third', 2)).to.equal('user-absent')
    expect(await repositories.idempotency.removeExpired(at(9000))).to.equal(0)
  })

  it('forgets what has expired and nothing else', async () => {
    await begin('dead')
    await begin('running', 40, { recordId: 'b2'.repeat(32) })
    await begin('answered', 0, { recordId: 'c3'.repeat(32) })
    const answered = attempt('answered', 0, { recordId: 'c3'.repeat(32) })
    await repositories.idempotency.answer(answered, answer, at(500))
    expect(await repositories.idempotency.removeExpired(at(60))).to.equal(1)
    expect(await repositories.idempotency.removeExpired(at(60))).to.equal(0)
    expect(await begin('second', 61, { recordId: 'b2'.repeat(32) })).to.equal('running')
    expect(await begin('second', 61, { recordId: 'c3'.repeat(32) })).to.deep.equal([...answer])
  })
}
