import { expect } from 'chai'
import { loginLimits } from './rate-limits.ts'

describe('the limit of sign-ins by account and address', () => {
  const keyOf = (email: string, address = '192.0.2.1') =>
    loginLimits[0]?.key({ body: { email }, client: { address } } as never)

  for (const [email, spelling] of [
    ['ann@example.org', ' ＡNN@Example.ORG. '],
    ['ann@пример.рф', 'ann@xn--e1afmkfd.xn--p1ai'],
    // A domain that earlier releases took, and that no new account can have.
    ['ann@אבa.com', 'ＡNN@אבA.com'],
  ] as const) {
    it(`counts ${spelling} as ${email}`, () => {
      expect(keyOf(spelling)).to.equal(keyOf(email))
    })
  }

  it('counts accounts and addresses apart, and an IPv6 /64 as one', () => {
    expect(keyOf('ann@example.org')).to.not.equal(keyOf('zoe@example.org'))
    expect(keyOf('ann@example.org')).to.not.equal(keyOf('ann@example.org', '192.0.2.2'))
    expect(keyOf('ann@example.org', '2001:db8::1')).to.equal(keyOf('ann@example.org', '2001:db8::2'))
  })
})
