import { expect } from 'chai'
import fc from 'fast-check'
import { parseByteRange } from './byte-range.ts'

const unsatisfiable = 'unsatisfiable'
const ignored = undefined

/** After Go's ServeFileRangeTests, httpd's byterange tests, pillarjs/send and RFC 9110 section 14.1.2; of 10 bytes. */
const cases: readonly (readonly [string | undefined, ReturnType<typeof parseByteRange>])[] = [
  [undefined, ignored],
  ['', ignored],
  ['bytes=0-0', { start: 0, end: 0 }],
  ['bytes=0-4', { start: 0, end: 4 }],
  ['bytes=2-', { start: 2, end: 9 }],
  ['bytes=0-', { start: 0, end: 9 }],
  ['bytes=9-', { start: 9, end: 9 }],
  ['bytes=3-999', { start: 3, end: 9 }],
  ['bytes=-3', { start: 7, end: 9 }],
  ['bytes=-10', { start: 0, end: 9 }],
  ['bytes=-999', { start: 0, end: 9 }],
  ['BYTES=1-2', { start: 1, end: 2 }],
  ['bytes= 1-2\t', { start: 1, end: 2 }],
  ['bytes=,, 1-2 ,', { start: 1, end: 2 }],
  ['bytes=0000000000000000000000000000002-3', { start: 2, end: 3 }],
  [`bytes=1-${'9'.repeat(400)}`, { start: 1, end: 9 }],
  [`bytes=-${'9'.repeat(400)}`, { start: 0, end: 9 }],
  ['bytes=10-', unsatisfiable],
  ['bytes=10-20', unsatisfiable],
  ['bytes=-0', unsatisfiable],
  [`bytes=${'9'.repeat(400)}-`, unsatisfiable],
  ['bytes=9007199254740993-9007199254740992', ignored],
  ['bytes=5-4', ignored],
  ['bytes=-', ignored],
  ['bytes=', ignored],
  ['bytes', ignored],
  ['bytes=,', ignored],
  ['bytes=a-b', ignored],
  ['bytes=0x1-2', ignored],
  ['bytes=1.0-2', ignored],
  ['bytes=+1-2', ignored],
  ['bytes=--1', ignored],
  ['bytes=1-2-3', ignored],
  ['bytes=1 -2', ignored],
  ['bytes=\u00a01-2', ignored],
  ['bytes =1-2', ignored],
  ['items=0-5', ignored],
  ['seconds=0-5', ignored],
  ['xbytes=0-5', ignored],
  // Several ranges are answered with everything.
  ['bytes=0-1,4-5', ignored],
  ['bytes=0-0,-1', ignored],
  [`bytes=${'0-,'.repeat(3000)}0-`, ignored],
]

describe('parseByteRange', () => {
  for (const [header, expected] of cases) {
    it(`reads ${(header ?? 'no header').slice(0, 40)} of 10 bytes as ${JSON.stringify(expected)}`, () => {
      expect(parseByteRange(header, 10)).to.deep.equal(expected)
    })
  }

  it('finds no byte in an empty content', () => {
    expect(parseByteRange('bytes=0-', 0)).to.equal(unsatisfiable)
    expect(parseByteRange('bytes=-5', 0)).to.equal(unsatisfiable)
  })

  it('never leaves the content, whatever the header', () => {
    const header = fc.oneof(
      fc.string(),
      fc.stringMatching(/^bytes=[-0-9, ]{0,30}$/),
      fc.tuple(fc.nat(), fc.nat()).map(([start, end]) => `bytes=${start}-${end}`),
    )
    fc.assert(
      fc.property(header, fc.nat(100), (text, size) => {
        const range = parseByteRange(text, size)
        if (range === undefined || range === unsatisfiable) return
        expect(range.start).to.be.within(0, range.end)
        expect(range.end).to.be.below(size)
      }),
    )
  })
})
