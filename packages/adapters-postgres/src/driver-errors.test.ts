import { expect } from 'chai'
import { isServerAnswer } from './driver-errors.ts'

describe('isServerAnswer', () => {
  const withCode = (code: string): Error => Object.assign(new Error('failed'), { code })

  for (const code of ['57P03', '53300', '28000', 'XX000', 'P0001'])
    it(`accepts the SQLSTATE ${code}`, () => {
      expect(isServerAnswer(withCode(code))).to.equal(true)
    })

  for (const code of ['EPIPE', 'EPERM', 'ETIMEDOUT', 'ECONNREFUSED', ''])
    it(`rejects the code '${code}' of this machine`, () => {
      expect(isServerAnswer(withCode(code))).to.equal(false)
    })

  it('rejects an error without a code', () => {
    expect(isServerAnswer(new Error('timeout expired'))).to.equal(false)
  })
})
