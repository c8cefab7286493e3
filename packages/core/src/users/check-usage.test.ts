import { expect } from 'chai'
import { aUser, errorOf } from '../testing/index.ts'
import { CheckUsage, type CheckUsageInput } from './check-usage.ts'
import type { UsageComparison } from './usage-audit.ts'

describe('CheckUsage', () => {
  const usage = { usedBytes: 10, usedFiles: 1, reservedBytes: 5, reservedFiles: 1 }

  /** As many users as there are counters, in the order of ids. */
  const check = async (
    counters: readonly UsageComparison['counted'][],
    input?: CheckUsageInput,
  ): Promise<readonly UsageComparison[]> => {
    const rows = counters.map((counted) => ({ userId: aUser().id, counted, actual: usage }))
    const compare = async (after: string | undefined, limit: number) =>
      rows.filter(({ userId }) => after === undefined || userId > after).slice(0, limit)
    const wrong: UsageComparison[] = []
    for await (const drift of new CheckUsage({ usageAudit: { compare } }).execute(input)) wrong.push(drift)
    return wrong
  }

  it('finds each counter that is not what it counts, and counters that are not there', async () => {
    const wrong = [
      { ...usage, usedBytes: 11 },
      { ...usage, usedFiles: 0 },
      { ...usage, reservedBytes: -5 },
      { ...usage, reservedFiles: 2 },
      undefined,
    ]
    const found = await check([usage, ...wrong, { ...usage }])
    expect(found.map(({ counted }) => counted)).to.deep.equal(wrong)
  })

  it('works through more than one page, tells how far it is, and stops where it is told to', async () => {
    const counters = Array.from({ length: 250 }, (_, index) => (index % 100 === 99 ? undefined : usage))
    const seen: number[] = []
    expect(await check(counters, { onProgress: (users) => seen.push(users) })).to.have.lengthOf(2)
    expect(seen).to.deep.equal([100, 200, 250, 250])
    expect(await errorOf(check(counters, { signal: AbortSignal.abort() }))).to.have.property(
      'name',
      'AbortError',
    )
  })
})
