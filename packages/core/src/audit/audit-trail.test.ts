import { expect } from 'chai'
import { errorOf, inMemoryAdapters, type InMemoryAdapters } from '../testing/index.ts'
import type { AuditEvent } from './audit-event.ts'
import { AuditTrail } from './audit-trail.ts'

const allOf = { limit: 100, after: undefined }

describe('AuditTrail', () => {
  let adapters: InMemoryAdapters
  beforeEach(() => {
    adapters = inMemoryAdapters()
  })

  const rows = async (): Promise<readonly AuditEvent[]> => (await adapters.auditLog.list(allOf, {})).items
  const fail = (address: string, event: 'sign_in_failed' | 'sign_in_rate_limited' = 'sign_in_failed') =>
    adapters.audit.recordFailure({ event, address })
  const failOften = async (count: number, address: string): Promise<void> => {
    for (let index = 0; index < count; index++) await fail(address)
  }

  it('stores an event with its time, and reports the same to the log', async () => {
    await adapters.audit.record({ event: 'logout', address: '192.0.2.1', details: { why: 'done' } })
    const [row] = await rows()
    expect(row).to.deep.include({
      event: 'logout',
      createdAt: adapters.clock.now(),
      address: '192.0.2.1',
      details: { why: 'done' },
      actorId: undefined,
    })
    expect(adapters.securityLog.events).to.deep.equal([row])
  })

  it('does not fail with the row of what has happened already, and reports the loss', async () => {
    const auditLog = { append: () => Promise.reject(new Error('no database')) }
    await new AuditTrail({ ...adapters, auditLog }).record({ event: 'logout' })
    expect(adapters.securityLog.lost).to.have.length(1)
    expect(adapters.securityLog.events).to.have.length(1)
  })

  it('reports nothing of work that failed', async () => {
    const fault = new Error('refused')
    expect(await errorOf(adapters.audit.commit(() => Promise.reject(fault)))).to.equal(fault)
    expect(adapters.securityLog.events).to.deep.equal([])
    expect(await rows()).to.deep.equal([])
  })

  it('stores at most 20 failures of a kind an hour and address, and reports all', async () => {
    await failOften(200, '192.0.2.1')
    await fail('192.0.2.2')
    await fail('192.0.2.1', 'sign_in_rate_limited')
    expect((await rows()).length).to.equal(22)
    expect(adapters.securityLog.events).to.have.length(202)
    adapters.clock.advance(3600)
    await failOften(30, '192.0.2.1')
    expect((await rows()).length).to.equal(42)
  })

  it('counts an IPv6 /64 as one address', async () => {
    for (let index = 0; index < 30; index++) await fail(`2001:db8:1:2::${index.toString(16)}`)
    await fail('2001:db8:1:3::1')
    expect((await rows()).length).to.equal(21)
    expect((await rows())[0]?.address).to.equal('2001:db8:1:3::1')
  })

  const requestsToLimiter = async (count: number, addressOf: (index: number) => string): Promise<number> => {
    let asked = 0
    const rateLimiter = {
      consume: (...values: Parameters<typeof adapters.rateLimiter.consume>) => {
        asked++
        return adapters.rateLimiter.consume(...values)
      },
    }
    const audit = new AuditTrail({ ...adapters, rateLimiter })
    for (let index = 0; index < count; index++)
      await audit.recordFailure({ event: 'sign_in_failed', address: addressOf(index) })
    return asked
  }

  it('asks the limiter nothing more once a limit is used up', async () => {
    expect(await requestsToLimiter(500, () => '192.0.2.1')).to.equal(41)
    // 2,000 rows and the failure that finds their limit used up, twice each; the first address took 20 rows.
    const many = (index: number) => `2001:db8:0:${index.toString(16)}::1`
    expect(await requestsToLimiter(2500, many)).to.equal(2 * 1981)
  })

  it('stores at most 2,000 failures an hour from all addresses together', async () => {
    for (let index = 0; index < 2100; index++) await fail(`2001:db8:0:${index.toString(16)}::1`)
    let count = 0
    for (let after: { createdAt: Date; id: string } | undefined; ;) {
      const page = await adapters.auditLog.list({ limit: 100, after }, {})
      count += page.items.length
      after = page.next
      if (!after) break
    }
    expect(count).to.equal(2000)
  })
})
