import { platform } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import { CpuBudget } from './cpu-budget.ts'
import { ownThreadPath, threadPath } from './thread-cpu.ts'

describe('CpuBudget', () => {
  it('is spent by work', () => {
    const budget = new CpuBudget(20, ownThreadPath)
    while (!budget.isSpent) continue
    expect(budget.isSpent).to.equal(true)
  })

  it('does not count waiting', async function () {
    if (platform() !== 'linux') this.skip()
    const budget = new CpuBudget(200, ownThreadPath)
    await delay(400)
    expect(budget.isSpent).to.equal(false)
  })

  it('reads the processor time of a thread by its path', function () {
    if (platform() !== 'linux') this.skip()
    expect(threadPath()).to.match(/^\/proc\/\d+\/task\/\d+$/)
    const budget = new CpuBudget(20, threadPath())
    while (!budget.isSpent) continue
    expect(budget.isSpent).to.equal(true)
  })

  it('counts elapsed time without the waits if the system reports none', async () => {
    const budget = new CpuBudget(50, '/nowhere')
    await delay(60)
    expect(budget.isSpent).to.equal(true)
    budget.excludeWait(10_000)
    expect(budget.isSpent).to.equal(false)
  })
})
