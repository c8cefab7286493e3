import { expect } from 'chai'
import { counted, formatBytes, parseBytes } from './quantities.ts'

describe('quantities', () => {
  for (const [text, bytes] of [
    ['20MB', 20_000_000],
    ['20 mb', 20_000_000],
    ['1.5GiB', 1.5 * 1024 ** 3],
    ['512KiB', 512 * 1024],
    ['800', 800],
    ['1b', 1],
    ['0', undefined],
    ['0.1B', undefined],
    ['-1MB', undefined],
    ['20MB/s', undefined],
    ['fast', undefined],
    ['', undefined],
  ] as const) {
    it(`reads ${JSON.stringify(text)} as ${String(bytes)} bytes`, () => {
      expect(parseBytes(text)).to.equal(bytes)
    })
  }

  it('writes bytes and counts for people', () => {
    expect([0, 999, 1000, 20_000_000, 1_234_000_000_000].map(formatBytes)).to.deep.equal([
      '0 B',
      '999 B',
      '1.0 KB',
      '20.0 MB',
      '1234.0 GB',
    ])
    expect([counted(1, 'file'), counted(0, 'file'), counted(2, 'try', 'tries')]).to.deep.equal([
      '1 file',
      '0 files',
      '2 tries',
    ])
  })
})
