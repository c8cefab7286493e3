import { expect } from 'chai'
import sinon from 'sinon'
import { clockSkew } from './clock-skew.ts'
import { aDatabase, type TestDatabase } from './testing/index.ts'

describe('clockSkew', () => {
  let test: TestDatabase

  before(async () => {
    test = await aDatabase()
  })

  after(() => test.drop())
  afterEach(() => {
    sinon.restore()
  })

  it('is none on one machine', async () => {
    const { skewMs, uncertaintyMs } = await clockSkew(test.database)
    expect(Math.abs(skewMs)).to.be.at.most(uncertaintyMs + 2)
  })

  it('is by how much the database is ahead, or behind', async () => {
    const now = Date.now.bind(Date)
    for (const hours of [1, -1]) {
      sinon.stub(Date, 'now').callsFake(() => now() - hours * 3_600_000)
      const { skewMs, uncertaintyMs } = await clockSkew(test.database)
      expect(skewMs).to.be.closeTo(hours * 3_600_000, uncertaintyMs + 2)
      sinon.restore()
    }
  })
})
