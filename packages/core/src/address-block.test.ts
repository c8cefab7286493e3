import { expect } from 'chai'
import { addressBlock } from './address-block.ts'

describe('addressBlock', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['203.0.113.9', '203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::ffff', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['no address', 'no address'],
    ['', ''],
  ]
  for (const [address, block] of cases) {
    it(`puts ${address} into ${block}`, () => {
      expect(addressBlock(address)).to.equal(block)
    })
  }
})
