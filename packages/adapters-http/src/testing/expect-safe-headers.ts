import { expect } from 'chai'

/** What every reply carries, whatever it is a reply to. */
export function expectSafeHeaders(headers: Headers, publicUrl: URL): void {
  expect(headers.get('x-content-type-options')).to.equal('nosniff')
  expect(headers.get('referrer-policy')).to.equal('no-referrer')
  expect(headers.get('x-frame-options')).to.equal('DENY')
  expect(headers.get('cross-origin-resource-policy')).to.equal('same-origin')
  const policy = headers.get('content-security-policy') ?? ''
  expect(policy).to.include("default-src 'none'")
  if (!policy.startsWith('sandbox')) expect(policy).to.include("frame-ancestors 'none'")
  expect(policy).to.not.include('upgrade-insecure-requests')
  expect(headers.get('strict-transport-security')?.startsWith('max-age=31536000') ?? false).to.equal(
    publicUrl.protocol === 'https:',
  )
  // What is about somebody is kept by nobody on the way (RFC 6749 section 5.1 for tokens).
  if (/json/.test(headers.get('content-type') ?? '')) {
    expect(headers.get('cache-control')).to.equal('no-store')
  }
  expect(headers.get('x-powered-by')).to.equal(null)
  expect(headers.get('x-request-id')).to.match(/^[\w.-]{1,100}$/)
  expect(headers.get('vary')?.toLowerCase()).to.include('origin')
}

/** The attributes that the contract gives to each cookie, to the letter. */
export function expectContractCookie(header: string, publicUrl: URL): void {
  const shape = publicUrl.href.startsWith('http://localhost')
    ? /^(access_token|refresh_token|oauth_login)=[\w.~-]*; Max-Age=(\d+); Path=\/; HttpOnly; SameSite=Lax$/
    : /^__Host-(access_token|refresh_token|oauth_login)=[\w.~-]*; Max-Age=(\d+); Path=\/; HttpOnly; Secure; SameSite=Lax$/
  expect(header).to.match(shape)
  expect(header.length).to.be.below(4096)
}
