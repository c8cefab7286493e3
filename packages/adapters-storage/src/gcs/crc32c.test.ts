import { CRC32C } from '@google-cloud/storage'
import { expect } from 'chai'
import { someBytes } from '@audiohost/core/testing'
import { Crc32c } from './crc32c.ts'

function crc32cOf(...pieces: readonly Uint8Array[]): string {
  const crc32c = new Crc32c()
  for (const piece of pieces) crc32c.update(piece)
  return crc32c.toString()
}

const hex = (base64: string): string => Buffer.from(base64, 'base64').toString('hex')

describe('Crc32c', () => {
  // RFC 3720, appendix B.4, where the bytes of the sums stand in the other order; the last is the customary check value.
  for (const [name, bytes, expected] of [
    ['no byte', Buffer.alloc(0), '00000000'],
    ['32 zeros', Buffer.alloc(32), '8a9136aa'],
    ['32 ones', Buffer.alloc(32, 0xff), '62a8ab43'],
    ['32 ascending bytes', Buffer.from(Array.from({ length: 32 }, (_, index) => index)), '46dd794e'],
    ['32 descending bytes', Buffer.from(Array.from({ length: 32 }, (_, index) => 31 - index)), '113fdb5c'],
    ['the digits 1 to 9', Buffer.from('123456789'), 'e3069283'],
  ] as const) {
    it(`is ${expected} for ${name}`, () => {
      expect(hex(crc32cOf(bytes))).to.equal(expected)
    })
  }

  it("is the client library's for any length, wherever the bytes are parted", () => {
    const bytes = someBytes(1000)
    for (let length = 0; length < 100; length++) {
      const theirs = new CRC32C()
      theirs.update(bytes.subarray(0, length))
      for (const cut of [0, 1, 7, 8, 9, length >> 1]) {
        const ours = crc32cOf(
          bytes.subarray(0, Math.min(cut, length)),
          bytes.subarray(Math.min(cut, length), length),
        )
        expect(ours).to.equal(theirs.toString())
      }
    }
  })
})
