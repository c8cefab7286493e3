import type { IncomingMessage } from 'node:http'
import { expect } from 'chai'
import { addressBlock, peerReader } from './client-address.ts'

const requestFrom = (remoteAddress: string | undefined, forwarded?: string) =>
  ({
    socket: { remoteAddress },
    connection: { remoteAddress },
    headers: { 'x-forwarded-for': forwarded },
  }) as unknown as IncomingMessage

describe('peerReader, of the address', () => {
  const cases: readonly (readonly [string, readonly string[], string, string | undefined, string])[] = [
    ['without proxies, the peer', [], '203.0.113.9', undefined, '203.0.113.9'],
    ['a claim of a stranger, not believed', [], '203.0.113.9', '198.51.100.1', '203.0.113.9'],
    ['a claim of a trusted proxy', ['loopback'], '127.0.0.1', '198.51.100.1', '198.51.100.1'],
    [
      'only the hop before the trusted proxy',
      ['10.0.0.0/8'],
      '10.0.0.1',
      '1.1.1.1, 198.51.100.1',
      '198.51.100.1',
    ],
    ['through two trusted proxies', ['10.0.0.0/8'], '10.0.0.1', '198.51.100.1, 10.0.0.2', '198.51.100.1'],
    ['nonsense from a trusted proxy: the peer', ['loopback'], '127.0.0.1', 'unknown', '127.0.0.1'],
    ['an IPv4 address in IPv6 clothes', [], '::ffff:203.0.113.9', undefined, '203.0.113.9'],
    ['a trusted proxy in IPv6 clothes', ['127.0.0.1'], '::ffff:127.0.0.1', '198.51.100.1', '198.51.100.1'],
  ]
  for (const [title, trusted, peer, forwarded, expected] of cases) {
    it(`reads ${title}`, () => {
      expect(peerReader(trusted)(requestFrom(peer, forwarded)).address).to.equal(expected)
    })
  }

  it('reads nothing, whatever is claimed, where the peer has left', () => {
    for (const trusted of [[], ['loopback'], ['0.0.0.0/1']]) {
      expect(peerReader(trusted)(requestFrom(undefined)).address).to.equal('')
      expect(peerReader(trusted)(requestFrom(undefined, '198.51.100.1')).address).to.equal('')
    }
  })
})

describe('peerReader, of the proxy', () => {
  const cases: readonly (readonly [
    trusted: readonly string[],
    peer: string | undefined,
    expected: boolean,
  ])[] = [
    [['loopback'], '127.0.0.1', true],
    [['loopback'], '::ffff:127.0.0.1', true],
    [['10.0.0.0/8'], '10.1.2.3', true],
    [['10.0.0.0/8'], '11.1.2.3', false],
    [[], '127.0.0.1', false],
    [['loopback'], undefined, false],
  ]
  for (const [trusted, peer, expected] of cases) {
    it(`says ${expected} of ${peer ?? 'nobody'} where ${trusted.join() || 'nobody'} is trusted`, () => {
      expect(peerReader(trusted)(requestFrom(peer, '127.0.0.1, 10.0.0.1')).isProxied).to.equal(expected)
    })
  }
})

describe('addressBlock', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['203.0.113.9', '203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::ffff', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['', ''],
  ]
  for (const [address, block] of cases) {
    it(`puts ${address} into ${block}`, () => {
      expect(addressBlock(address)).to.equal(block)
    })
  }
})
