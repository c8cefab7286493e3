import { expect } from 'chai'
import { pino } from 'pino'
import { useFakeTimers } from 'sinon'
import { failingParts } from './failing-parts.ts'

const log = pino({ enabled: false })

describe('failingParts', () => {
  it('names the parts that throw, whichever way', async () => {
    const parts = [
      { name: 'storage', check: async () => undefined },
      { name: 'database', check: () => Promise.reject(new Error('gone')) },
      {
        name: 'queue',
        check: () => {
          throw new Error('not even a promise')
        },
      },
    ]
    expect(await failingParts(parts, log)).to.deep.equal(['database', 'queue'])
  })

  it('does not wait for a part that hangs', async () => {
    const clock = useFakeTimers()
    try {
      const hangs = { name: 'storage', check: () => new Promise<void>(() => undefined) }
      const failing = failingParts([hangs], log)
      await clock.tickAsync(3000)
      expect(await failing).to.deep.equal(['storage'])
    } finally {
      clock.restore()
    }
  })
})
