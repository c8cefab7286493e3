import { expect } from 'chai'
import { parseHttpDate, wholeSeconds } from './http-date.ts'

const example = Date.UTC(1994, 10, 6, 8, 49, 37)

describe('parseHttpDate', () => {
  for (const text of [
    'Sun, 06 Nov 1994 08:49:37 GMT',
    'Sunday, 06-Nov-94 08:49:37 GMT',
    'Sun Nov  6 08:49:37 1994',
  ]) {
    it(`reads ${text}`, () => {
      expect(parseHttpDate(text)?.getTime()).to.equal(example)
    })
  }

  for (const text of [
    '',
    '1994',
    '0',
    'Sun, 06 Nov 1994 08:49:37',
    'Sun, 06 Nov 1994 08:49:37 UTC',
    'Sun, 06 Nov 1994 08:49:37 +0000',
    'Sun, 06 Xyz 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 25:49:37 GMT',
    '1994-11-06T08:49:37Z',
    'Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT',
  ]) {
    it(`takes "${text}" for no date`, () => {
      expect(parseHttpDate(text)).to.equal(undefined)
    })
  }

  it('reads what Date writes', () => {
    const now = wholeSeconds(new Date(1_234_567_890_987))
    expect(parseHttpDate(now.toUTCString())).to.deep.equal(now)
  })
})
