import { expect } from 'chai'
import { pino } from 'pino'
import { useFakeTimers } from 'sinon'
import type { HealthCheck } from './http-app-options.ts'
import { checkHealth } from './check-health.ts'

const log = pino({ enabled: false })

describe('checkHealth', () => {
  it('names the parts that are degraded, and those that throw, whichever way', async () => {
    const parts: HealthCheck[] = [
      { name: 'cache', check: async () => 'ok' },
      { name: 'storage', check: async () => 'degraded' },
      { name: 'database', check: () => Promise.reject(new Error('gone')) },
      {
        name: 'queue',
        check: () => {
          throw new Error('not even a promise')
        },
      },
    ]
    expect(await checkHealth(parts, log)).to.deep.equal({
      failing: ['database', 'queue'],
      degraded: ['storage'],
    })
  })

  it('does not wait for a part that hangs', async () => {
    const clock = useFakeTimers()
    try {
      const hangs = { name: 'storage', check: () => new Promise<'ok'>(() => undefined) }
      const failing = checkHealth([hangs], log)
      await clock.tickAsync(3000)
      expect(await failing).to.deep.equal({ failing: ['storage'], degraded: [] })
    } finally {
      clock.restore()
    }
  })
})
