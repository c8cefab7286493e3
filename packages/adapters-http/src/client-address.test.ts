import type { IncomingMessage } from 'node:http'
import { expect } from 'chai'
import { peerReader } from './client-address.ts'

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

  const entries: readonly (readonly [entry: string, address: string | undefined])[] = [
    ['198.51.100.1:51234', '198.51.100.1'],
    ['198.51.100.1:0', '198.51.100.1'],
    ['  198.51.100.1:443\t', '198.51.100.1'],
    ['"198.51.100.1:443"', '198.51.100.1'],
    ['"198.51.100.1"', '198.51.100.1'],
    ['[2001:db8::7]:443', '2001:db8::7'],
    ['[2001:db8::7]', '2001:db8::7'],
    ['"[2001:db8::7]:65535"', '2001:db8::7'],
    ['2001:db8::7', '2001:db8::7'],
    ['2001:DB8:0:0:0:0:0:7', '2001:db8::7'],
    ['fe80::1%eth0', 'fe80::1'],
    ['[fe80::1%eth0]:443', 'fe80::1'],
    ['::ffff:198.51.100.1', '198.51.100.1'],
    ['[::ffff:198.51.100.1]:443', '198.51.100.1'],
    ['::FFFF:c633:6401', '198.51.100.1'],
    ['0:0:0:0:0:ffff:198.51.100.1', '198.51.100.1'],
    ['', undefined],
    ['unknown', undefined],
    ['_hidden', undefined],
    ['unix:', undefined],
    ['198.51.100.1:', undefined],
    ['198.51.100.1:123456', undefined],
    ['198.51.100.1:http', undefined],
    ['198.51.100.1%eth0', undefined],
    ['198.51.100', undefined],
    ['198.51.100.256:80', undefined],
    ['0198.51.100.1', undefined],
    ['[198.51.100.1]', undefined],
    ['[198.51.100.1]:80', undefined],
    ['[2001:db8::7', undefined],
    ['2001:db8::7]:443', undefined],
    ['[2001:db8::7]443', undefined],
    ['"198.51.100.1', undefined],
    ['198.51.100.1 198.51.100.2', undefined],
    ['for=198.51.100.1', undefined],
    ['http://198.51.100.1', undefined],
    ['localhost', undefined],
  ]
  for (const [entry, address] of entries) {
    it(`reads ${address ?? 'no address'} in ${JSON.stringify(entry)}`, () => {
      const read = peerReader(['loopback'])
      expect(read(requestFrom('127.0.0.1', entry)).address).to.equal(address ?? '127.0.0.1')
      // The entry that the proxy wrote is the last one, whatever the client wrote before it.
      expect(read(requestFrom('127.0.0.1', `203.0.113.1, ${entry}`)).address).to.equal(address ?? '127.0.0.1')
      expect(read(requestFrom('192.0.2.1', entry)).address).to.equal('192.0.2.1')
    })
  }

  const chains: readonly (readonly [forwarded: string, address: string])[] = [
    ['1.1.1.1, 198.51.100.1:1000, 10.0.0.2:2000', '198.51.100.1'],
    ['1.1.1.1, 2.2.2.2, 10.0.0.2:2000, [::ffff:10.0.0.3]:3000', '2.2.2.2'],
    ['198.51.100.1, unknown, 10.0.0.2', '10.0.0.2'],
    ['198.51.100.1, , 10.0.0.2', '10.0.0.2'],
    ['198.51.100.1,', '10.0.0.1'],
    ['10.0.0.4, 10.0.0.3', '10.0.0.4'],
    ['10.0.0.9, 198.51.100.1', '198.51.100.1'],
    ['"1.1.1.1, 2.2.2.2"', '10.0.0.1'],
  ]
  for (const [forwarded, address] of chains) {
    it(`follows trusted proxies through ${JSON.stringify(forwarded)} to ${address}`, () => {
      expect(peerReader(['10.0.0.0/8'])(requestFrom('10.0.0.1', forwarded)).address).to.equal(address)
    })
  }

  it('ignores Forwarded, which a proxy may pass on as the client wrote it', () => {
    const request = requestFrom('127.0.0.1')
    request.headers.forwarded = 'for=198.51.100.1'
    expect(peerReader(['loopback'])(request).address).to.equal('127.0.0.1')
  })

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
