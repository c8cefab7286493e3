import { expect } from 'chai'
import { aSession, at } from '../testing/index.ts'
import { cleanUserAgent, endOf } from './session.ts'

describe('endOf', () => {
  it('is the earlier of the two ends', () => {
    expect(endOf(aSession({ idleExpiresAt: at(1), expiresAt: at(2) }))).to.deep.equal(at(1))
    expect(endOf(aSession({ idleExpiresAt: at(2), expiresAt: at(1) }))).to.deep.equal(at(1))
  })
})

describe('cleanUserAgent', () => {
  for (const [userAgent, expected] of [
    ['Mozilla/5.0 (X11; Linux x86_64) "quoted"', 'Mozilla/5.0 (X11; Linux x86_64) "quoted"'],
    ['  curl/8.5  ', 'curl/8.5'],
    ['a\0b\r\nc\u001b[31md', 'abc[31md'],
    ['плеер 1.0', '1.0'],
    ['\u202e💿', undefined],
    ['', undefined],
    [undefined, undefined],
    ['x'.repeat(100_000), 'x'.repeat(200)],
    [`${'x'.repeat(199)} y`, 'x'.repeat(199)],
  ] as const) {
    it(`makes ${String(expected).slice(0, 50)} of ${JSON.stringify(String(userAgent).slice(0, 50))}`, () => {
      expect(cleanUserAgent(userAgent)).to.equal(expected)
    })
  }
})
