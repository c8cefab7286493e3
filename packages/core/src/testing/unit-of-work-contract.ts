import { expect } from 'chai'
import type { Repositories } from '../repositories.ts'
import type { UnitOfWork } from '../unit-of-work.ts'
import { anAuditEvent } from './audit-log-contract.ts'
import { at, aUser } from './builders.ts'

export interface UnitOfWorkContract {
  readonly make: () => Promise<{ readonly unitOfWork: UnitOfWork; readonly repositories: Repositories }>
}

/** What every `UnitOfWork` promises, apart from the rollback, which the in-memory twin does not have. */
export function unitOfWorkContract({ make }: UnitOfWorkContract): void {
  let unitOfWork: UnitOfWork
  let repositories: Repositories

  beforeEach(async () => {
    ;({ unitOfWork, repositories } = await make())
  })

  it('commits the writes of several repositories and returns the result', async () => {
    const user = aUser()
    const event = anAuditEvent({ subjectId: user.id })
    const result = await unitOfWork.run(async ({ users, passwords, quotas, auditLog }) => {
      await users.insert(user, 'first hash')
      await passwords.change(user.id, 'second hash', undefined, at(1))
      await quotas.change(user.id, { bytes: 5, files: undefined })
      await auditLog.append(event)
      return 'done'
    })
    expect(result).to.equal('done')
    expect((await repositories.passwords.find(user.id))?.passwordHash).to.equal('second hash')
    expect((await repositories.quotas.find(user.id))?.own.bytes).to.equal(5)
    const { items } = await repositories.auditLog.list({ limit: 10, after: undefined }, {})
    expect(items).to.deep.equal([event])
  })

  it('goes on after a refusal of one of them', async () => {
    const [first, second] = [aUser(), aUser()]
    await repositories.users.insert(first, undefined)
    await repositories.users.insert(second, undefined)
    const { email } = first
    if (email === undefined) throw new Error('A user of the builder has an address')
    const outcomes = await unitOfWork.run(async ({ users }) => [
      await users.update(second.id, { email }, at(1)),
      await users.update(second.id, { name: 'Zoe' }, at(1)),
    ])
    expect(outcomes[0]).to.equal('email-taken')
    expect((await repositories.users.find(second.id))?.name).to.equal('Zoe')
  })

  it('rejects with the error of the work', async () => {
    const fault = new Error('the work failed')
    const error: unknown = await unitOfWork
      .run(() => Promise.reject(fault))
      .catch((thrown: unknown) => thrown)
    expect(error).to.equal(fault)
  })
}
