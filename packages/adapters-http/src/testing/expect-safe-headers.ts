import { expect } from 'chai'

// The same on 304 as on 200: a browser replaces the policy that it has cached.
const mediaPolicy =
  "default-src 'none'; media-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** What every reply carries; `isMedia` if the request was GET or HEAD of media. */
export function expectSafeHeaders(headers: Headers, publicUrl: URL, isMedia: boolean): void {
  expect(headers.get('x-content-type-options')).to.equal('nosniff')
  expect(headers.get('referrer-policy')).to.equal('no-referrer')
  expect(headers.get('x-frame-options')).to.equal('DENY')
  expect(headers.get('cross-origin-resource-policy')).to.equal(isMedia ? 'same-site' : 'same-origin')
  const policy = headers.get('content-security-policy') ?? ''
  expect(policy).to.include("default-src 'none'")
  if (isMedia) expect(policy).to.equal(mediaPolicy)
  expect(policy).to.include("frame-ancestors 'none'")
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
    ? /^(access_token|refresh_token|media|oauth_login)=[\w.~-]*; Max-Age=(\d+); Path=\/; HttpOnly; SameSite=Lax$/
    : /^__Host-(access_token|refresh_token|media|oauth_login)=[\w.~-]*; Max-Age=(\d+); Path=\/; HttpOnly; Secure; SameSite=Lax$/
  expect(header).to.match(shape)
  expect(header.length).to.be.below(4096)
}
