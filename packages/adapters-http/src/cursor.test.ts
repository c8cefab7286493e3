import { expect } from 'chai'
import fc from 'fast-check'
import { readCursor, writeCursor } from './cursor.ts'
import { HttpProblem } from './problem.ts'

const keyset = { createdAt: new Date('2026-11-22T10:00:00.123Z'), id: '01939c1e-7a4b-7cc3-9f7e-2b1d3c4e5f60' }

describe('cursor', () => {
  it('comes back as what it was made from', () => {
    expect(readCursor(writeCursor(keyset))).to.deep.equal(keyset)
  })

  it('does not show what it is made of', () => {
    expect(writeCursor(keyset)).to.match(/^[\w-]+$/)
  })

  const encode = (text: string): string => Buffer.from(text).toString('base64url')
  const tampered = [
    '',
    'x',
    '%00',
    encode(''),
    encode('2026-11-22T10:00:00.123Z'),
    encode('2026-13-45T10:00:00.123Z 01939c1e-7a4b-7cc3-9f7e-2b1d3c4e5f60'),
    encode('2026-02-31T10:00:00.123Z 01939c1e-7a4b-7cc3-9f7e-2b1d3c4e5f60'),
    encode('0000-01-01T10:00:00.123Z 01939c1e-7a4b-7cc3-9f7e-2b1d3c4e5f60'),
    encode("2026-11-22T10:00:00.123Z ' or 1=1 --"),
    encode('2026-11-22T10:00:00.123Z 01939C1E-7A4B-7CC3-9F7E-2B1D3C4E5F60'),
    `${writeCursor(keyset)}=`,
    ` ${writeCursor(keyset)}`,
    writeCursor(keyset).slice(0, -1),
  ]
  for (const cursor of tampered) {
    it(`refuses ${JSON.stringify(cursor).slice(0, 40)}`, () => {
      expect(() => readCursor(cursor))
        .to.throw(HttpProblem)
        .with.property('code', 'invalid_cursor')
    })
  }

  it('refuses anything else with the same answer', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        expect(() => readCursor(text)).to.throw(HttpProblem)
      }),
    )
  })
})
