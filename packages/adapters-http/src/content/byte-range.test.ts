import type { ByteRange } from '@audiohost/core'
import { expect } from 'chai'
import fc from 'fast-check'
import { parseByteRanges } from './byte-range.ts'

const unsatisfiable = 'unsatisfiable'
const ignored = undefined

/** After Go's ServeFileRangeTests, httpd's byterange tests, pillarjs/send and RFC 9110 section 14.1.2; of 10 bytes. */
const two = (...[a, b, c, d]: readonly [number, number, number, number]) => [
  { start: a, end: b },
  { start: c, end: d },
]

const cases: readonly (readonly [string | undefined, ReturnType<typeof parseByteRanges>])[] = [
  [undefined, ignored],
  ['', ignored],
  ['bytes=0-0', [{ start: 0, end: 0 }]],
  ['bytes=0-4', [{ start: 0, end: 4 }]],
  ['bytes=2-', [{ start: 2, end: 9 }]],
  ['bytes=0-', [{ start: 0, end: 9 }]],
  ['bytes=9-', [{ start: 9, end: 9 }]],
  ['bytes=3-999', [{ start: 3, end: 9 }]],
  ['bytes=-3', [{ start: 7, end: 9 }]],
  ['bytes=-10', [{ start: 0, end: 9 }]],
  ['bytes=-999', [{ start: 0, end: 9 }]],
  ['BYTES=1-2', [{ start: 1, end: 2 }]],
  ['bytes= 1-2\t', [{ start: 1, end: 2 }]],
  ['bytes=,, 1-2 ,', [{ start: 1, end: 2 }]],
  ['bytes=0000000000000000000000000000002-3', [{ start: 2, end: 3 }]],
  [`bytes=1-${'9'.repeat(400)}`, [{ start: 1, end: 9 }]],
  [`bytes=-${'9'.repeat(400)}`, [{ start: 0, end: 9 }]],
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
  // Several: what touches becomes one, in the order of the first mention.
  ['bytes=0-1,4-5', two(0, 1, 4, 5)],
  ['bytes=4-5,0-1', two(4, 5, 0, 1)],
  ['bytes=0-0,-1', two(0, 0, 9, 9)],
  ['bytes=0-1,2-3', [{ start: 0, end: 3 }]],
  ['bytes=2-3,0-1', [{ start: 0, end: 3 }]],
  ['bytes=0-5,3-8', [{ start: 0, end: 8 }]],
  ['bytes=0-9,3-4', [{ start: 0, end: 9 }]],
  ['bytes=8-9,0-0,3-4,1-2', two(8, 9, 0, 4)],
  ['bytes=0-,0-,0-,0-,0-', [{ start: 0, end: 9 }]],
  ['bytes=0-1,20-30', [{ start: 0, end: 1 }]],
  ['bytes=20-30,4-5,-0,1-1', two(4, 5, 1, 1)],
  ['bytes=20-30,-0,40-', unsatisfiable],
  ['bytes=0-1,5-4', ignored],
  ['bytes=0-1,a-b', ignored],
  ['bytes=0-1;4-5', ignored],
  [`bytes=${'0-,'.repeat(255)}0-`, [{ start: 0, end: 9 }]],
  [`bytes=${'0-,'.repeat(256)}0-`, ignored],
  [`bytes=${'0-,'.repeat(3000)}0-`, ignored],
]

describe('parseByteRanges', () => {
  for (const [header, expected] of cases) {
    it(`reads ${(header ?? 'no header').slice(0, 40)} of 10 bytes as ${JSON.stringify(expected)}`, () => {
      expect(parseByteRanges(header, 10)).to.deep.equal(expected)
    })
  }

  it('finds no byte in an empty content', () => {
    expect(parseByteRanges('bytes=0-', 0)).to.equal(unsatisfiable)
    expect(parseByteRanges('bytes=-5', 0)).to.equal(unsatisfiable)
  })

  it('ignores a header longer than 8192 characters', () => {
    const padded = (length: number): string => `bytes=1-2${' '.repeat(length - 'bytes=1-2'.length)}`
    expect(parseByteRanges(padded(8192), 10)).to.deep.equal([{ start: 1, end: 2 }])
    expect(parseByteRanges(padded(8193), 10)).to.equal(ignored)
    expect(parseByteRanges(`bytes=1${' '.repeat(8000)}x`, 10)).to.equal(ignored)
  })

  it('serves 16 ranges, and everything for 17', () => {
    const header = (count: number): string =>
      `bytes=${Array.from({ length: count }, (_, index) => `${index * 2}-${index * 2}`).join(',')}`
    expect(parseByteRanges(header(16), 100)).to.have.length(16)
    expect(parseByteRanges(header(17), 100)).to.equal(ignored)
  })

  const specs = fc.array(
    fc.tuple(fc.nat(120), fc.nat(120)).map(([start, length]) => `${start}-${start + length}`),
    { minLength: 1, maxLength: 12 },
  )

  it('never leaves the content and never serves a byte twice, whatever the header', () => {
    const header = fc.oneof(
      fc.string(),
      fc.stringMatching(/^bytes=[-0-9, ]{0,30}$/),
      specs.map((list) => `bytes=${list.join(',')}`),
    )
    fc.assert(
      fc.property(header, fc.nat(100), (text, size) => {
        const ranges = parseByteRanges(text, size)
        if (ranges === undefined || ranges === unsatisfiable) return
        expect(ranges).to.not.have.length(0)
        const ordered = ranges.toSorted((a, b) => a.start - b.start)
        for (const [index, range] of ordered.entries()) {
          expect(range.start).to.be.within(0, range.end)
          expect(range.end).to.be.below(size)
          const previous = ordered[index - 1]
          if (previous) expect(range.start).to.be.above(previous.end + 1)
        }
      }),
    )
  })

  it('serves every byte that was asked for, and no other', () => {
    fc.assert(
      fc.property(specs, fc.integer({ min: 1, max: 100 }), (list, size) => {
        const asked = new Set<number>()
        for (const spec of list) {
          const [start = 0, end = 0] = spec.split('-').map(Number)
          for (let position = start; position <= end && position < size; position++) asked.add(position)
        }
        const ranges = parseByteRanges(`bytes=${list.join(',')}`, size)
        const served = new Set<number>()
        for (const { start, end } of Array.isArray(ranges) ? (ranges as ByteRange[]) : [])
          for (let position = start; position <= end; position++) served.add(position)
        expect([...served].sort()).to.deep.equal([...asked].sort())
      }),
    )
  })
})
