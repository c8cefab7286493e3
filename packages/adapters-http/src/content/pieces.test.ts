import { someBytes } from '@audiohost/core/testing'
import { expect } from 'chai'
import fc from 'fast-check'
import { PieceReader, totalLength, type Piece } from './pieces.ts'

const content = someBytes(1000)
const handle = { read: async (into: Uint8Array, position: number) => content.copy(into, 0, position) }

const piece: fc.Arbitrary<Piece> = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.tuple(fc.nat(999), fc.nat(999)).map(([one, other]) => ({
    start: Math.min(one, other),
    end: Math.max(one, other),
  })),
)

describe('PieceReader', () => {
  it('reads the pieces in a row, whatever the length of the buffers', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 8 }),
        fc.integer({ min: 1, max: 700 }),
        async (pieces, length) => {
          const reader = new PieceReader(handle, pieces)
          const read: Buffer[] = []
          while (reader.left > 0) {
            const into = Buffer.alloc(length)
            const filled = await reader.fill(into)
            expect(filled === length || reader.left === 0).to.equal(true)
            read.push(into.subarray(0, filled))
          }
          const expected = pieces.map((each) =>
            each instanceof Uint8Array ? each : content.subarray(each.start, each.end + 1),
          )
          expect(Buffer.concat(read).equals(Buffer.concat(expected))).to.equal(true)
          expect(totalLength(pieces)).to.equal(Buffer.concat(expected).length)
        },
      ),
    )
  })

  it('fails where the content ends before its pieces do', async () => {
    const reader = new PieceReader(handle, [{ start: 990, end: 1000 }])
    const outcome = await reader.fill(Buffer.alloc(100)).catch((error: unknown) => (error as Error).message)
    expect(outcome).to.equal('The content is shorter than its Content-Length')
  })
})
