import { expect } from 'chai'
import { newAuditEventId, type AuditEvent } from '../audit/audit-event.ts'
import type { AuditFilter } from '../audit/audit-log.ts'
import { newSessionId } from '../ids.ts'
import { SequentialIds } from '../in-memory/sequential-ids.ts'
import type { Repositories } from '../repositories.ts'
import { at, aUser } from './builders.ts'
import { keysetPagingContract } from './keyset-paging-contract.ts'
import { race } from './race.ts'

const ids = new SequentialIds()

export const anAuditEvent = (overrides: Partial<AuditEvent> = {}): AuditEvent => ({
  id: newAuditEventId(ids),
  createdAt: at(0),
  event: 'sign_in',
  actorId: aUser().id,
  subjectId: aUser().id,
  sessionId: newSessionId(ids),
  address: '192.0.2.1',
  details: { method: 'password' },
  ...overrides,
})

/** What every `AuditLog` promises. `make` gives a fresh, empty set of repositories. */
export function auditLogContract({ make }: { readonly make: () => Promise<Repositories> }): void {
  let repositories: Repositories

  beforeEach(async () => {
    repositories = await make()
  })

  const append = async (overrides: Partial<AuditEvent> = {}): Promise<AuditEvent> => {
    const event = anAuditEvent(overrides)
    await repositories.auditLog.append(event)
    return event
  }
  const list = async (filter: AuditFilter = {}): Promise<readonly AuditEvent[]> =>
    (await repositories.auditLog.list({ limit: 100, after: undefined }, filter)).items

  it('returns events as they were appended, newest first', async () => {
    const first = await append({ createdAt: at(1) })
    const nobody = { actorId: undefined, subjectId: undefined, sessionId: undefined, address: undefined }
    const second = await append({ createdAt: at(2), ...nobody, details: {} })
    const details = { text: 'Grüße, "quoted"', count: 2 ** 40, yes: true, none: null }
    const third = await append({ createdAt: at(3), address: '2001:db8::1', details })
    expect(await list()).to.deep.equal([third, second, first])
  })

  it('filters by each property, and by all of them together', async () => {
    const [ann, zoe] = [aUser().id, aUser().id]
    const wanted = await append({ event: 'user_updated', actorId: ann, subjectId: zoe, createdAt: at(10) })
    const others = [
      await append({ actorId: ann, subjectId: zoe, createdAt: at(11) }),
      await append({ event: 'user_updated', actorId: zoe, subjectId: zoe, createdAt: at(12) }),
      await append({ event: 'user_updated', actorId: ann, subjectId: ann, createdAt: at(13) }),
    ]
    const idsOf = async (filter: AuditFilter) => new Set((await list(filter)).map(({ id }) => id))
    const idsBut = (...left: AuditEvent[]) =>
      new Set([wanted, ...others].filter((event) => !left.includes(event)).map(({ id }) => id))
    const [one, two, three] = others as [AuditEvent, AuditEvent, AuditEvent]
    expect(await idsOf({ event: 'user_updated' })).to.deep.equal(idsBut(one))
    expect(await idsOf({ actorId: ann })).to.deep.equal(idsBut(two))
    expect(await idsOf({ subjectId: zoe })).to.deep.equal(idsBut(three))
    expect(await idsOf({ since: at(11) })).to.deep.equal(idsBut(wanted))
    expect(await idsOf({ until: at(11) })).to.deep.equal(idsBut(one, two, three))
    const all = { event: 'user_updated', actorId: ann, subjectId: zoe, since: at(10), until: at(11) } as const
    expect(await list(all)).to.deep.equal([wanted])
    expect(await list({ ...all, until: at(10) })).to.deep.equal([])
  })

  it('keeps the events of a user who is deleted', async () => {
    const user = aUser()
    await repositories.users.insert(user, undefined)
    const event = await append({ actorId: user.id, subjectId: user.id })
    await repositories.users.remove(user.id, at(1))
    expect(await list({ subjectId: user.id })).to.deep.equal([event])
  })

  it('loses no event when many are appended at once', async () => {
    const events = await race(20, (index) => append({ createdAt: at(index) }))
    expect(await list()).to.have.deep.members(events)
  })

  it('removes what is older than a moment, and nothing else', async () => {
    await append({ createdAt: at(1) })
    const kept = await append({ createdAt: at(2) })
    expect(await repositories.auditLog.removeBefore(at(2))).to.equal(1)
    expect(await repositories.auditLog.removeBefore(at(2))).to.equal(0)
    expect(await list()).to.deep.equal([kept])
  })

  describe('list', () => {
    keysetPagingContract(async () => ({
      insert: async (createdAt) => (await append({ createdAt })).id,
      // Single events are never removed.
      remove: () => Promise.resolve(),
      list: (page) => repositories.auditLog.list(page, {}),
      order: 'newest-first',
    }))
  })
}
