import { idGeneratorContract } from '@audiohost/core/testing'
import { expect } from 'chai'
import { parseUserId } from '@audiohost/core'
import sinon from 'sinon'
import { UuidV7Generator } from './uuid-v7-generator.ts'

describe('UuidV7Generator', () => {
  idGeneratorContract({ make: async () => new UuidV7Generator() })

  it('ascends within one millisecond', () => {
    const ids = nextIds(10_000)
    expect(ids).to.deep.equal(ids.toSorted())
    expect(new Set(ids).size).to.equal(10_000)
  })

  it('ascends when the clock is set back', () => {
    const before = nextIds(1)
    const clock = sinon.useFakeTimers({ now: Date.now() - 86_400_000, toFake: ['Date'] })
    try {
      const after = nextIds(100)
      expect([...before, ...after]).to.deep.equal([...before, ...after].toSorted())
    } finally {
      clock.restore()
    }
  })

  it('carries the time of its making and the version and variant of RFC 9562', () => {
    const earliest = Date.now()
    const [id = ''] = nextIds(1)
    expect(parseUserId(id)).to.equal(id)
    expect(id).to.match(/^.{14}7.{4}[89ab]/)
    const milliseconds = Number.parseInt(id.replace('-', '').slice(0, 12), 16)
    expect(milliseconds).to.be.within(earliest, earliest + 2 * 86_400_000)
  })
})

function nextIds(count: number): string[] {
  const generator = new UuidV7Generator()
  return Array.from({ length: count }, () => generator.next())
}
