import { expect } from 'chai'
import { SystemClock } from './system-clock.ts'

describe('SystemClock', () => {
  it('tells the present time', () => {
    const before = Date.now()
    const now = new SystemClock().now().getTime()
    expect(now).to.be.within(before, Date.now())
  })
})
