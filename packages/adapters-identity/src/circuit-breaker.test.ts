import { expect } from 'chai'
import { CircuitBreaker } from './circuit-breaker.ts'

describe('CircuitBreaker', () => {
  it('allows attempts until so many in a row have failed', () => {
    const { breaker } = aBreaker()
    for (const _ of [1, 2]) {
      expect(breaker.allowsAttempt()).to.equal(true)
      breaker.failed()
    }
    breaker.succeeded()
    for (const _ of [1, 2, 3]) {
      expect(breaker.allowsAttempt()).to.equal(true)
      breaker.failed()
    }
    expect(breaker.allowsAttempt()).to.equal(false)
  })

  it('lets one attempt through per cool-down while the failures go on', () => {
    const { breaker, pass } = anOpenBreaker()
    pass(999)
    expect(breaker.allowsAttempt()).to.equal(false)
    pass(1)
    expect([breaker.allowsAttempt(), breaker.allowsAttempt()]).to.deep.equal([true, false])
    breaker.failed()
    pass(999)
    expect(breaker.allowsAttempt()).to.equal(false)
    pass(1)
    expect(breaker.allowsAttempt()).to.equal(true)
  })

  it('closes at the first success', () => {
    const { breaker, pass } = anOpenBreaker()
    pass(1000)
    breaker.allowsAttempt()
    breaker.succeeded()
    expect([breaker.allowsAttempt(), breaker.allowsAttempt()]).to.deep.equal([true, true])
  })

  it('does not stay shut when an attempt never reports back', () => {
    const { breaker, pass } = anOpenBreaker()
    pass(1000)
    breaker.allowsAttempt()
    pass(1000)
    expect(breaker.allowsAttempt()).to.equal(true)
  })
})

function aBreaker() {
  let time = 0
  const breaker = new CircuitBreaker({ failureLimit: 3, coolDownMs: 1000, now: () => time })
  const pass = (milliseconds: number) => {
    time += milliseconds
  }
  return { breaker, pass }
}

function anOpenBreaker() {
  const made = aBreaker()
  for (const _ of [1, 2, 3]) made.breaker.failed()
  return made
}
