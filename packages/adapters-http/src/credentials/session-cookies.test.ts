import { expect } from 'chai'
import {
  clearedSessionCookies,
  oauthLoginCookie,
  sessionCookies,
  setCookieHeader,
} from './session-cookies.ts'

const tokens = {
  accessToken: 'a.b.c',
  accessTtlSeconds: 300,
  refreshToken: 'r',
  refreshTtlSeconds: 2_592_000,
  mediaToken: 'm',
}

const headersOn = (publicUrl: string): readonly string[] =>
  [...sessionCookies(tokens), oauthLoginCookie('key'), ...clearedSessionCookies].map((cookie) =>
    setCookieHeader(new URL(publicUrl), cookie),
  )

describe('setCookieHeader', () => {
  it('binds cookies to the host wherever it is reached by https', () => {
    expect(headersOn('https://audio.example.org')).to.deep.equal([
      '__Host-access_token=a.b.c; Max-Age=300; Path=/; HttpOnly; Secure; SameSite=Lax',
      '__Host-refresh_token=r; Max-Age=2592000; Path=/; HttpOnly; Secure; SameSite=Lax',
      '__Host-media=m; Max-Age=2592000; Path=/; HttpOnly; Secure; SameSite=Lax',
      '__Host-oauth_login=key; Max-Age=600; Path=/; HttpOnly; Secure; SameSite=Lax',
      '__Host-access_token=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax',
      '__Host-refresh_token=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax',
      '__Host-media=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax',
    ])
  })

  const loopback = [
    'http://localhost:8000',
    'http://127.0.0.1',
    'http://127.8.8.8:1',
    'http://[::1]:8000',
    'http://a.localhost',
  ]
  for (const publicUrl of loopback) {
    it(`leaves out Secure and the prefix on ${publicUrl}`, () => {
      expect(headersOn(publicUrl)[0]).to.equal(
        'access_token=a.b.c; Max-Age=300; Path=/; HttpOnly; SameSite=Lax',
      )
    })
  }

  const elsewhere = [
    'http://192.168.1.5:8000',
    'http://localhost.evil.org',
    'http://nas.local',
    'https://localhost:8443',
    'http://1127.0.0.1.nip.io',
  ]
  for (const publicUrl of elsewhere) {
    it(`keeps Secure and the prefix on ${publicUrl}`, () => {
      for (const header of headersOn(publicUrl)) expect(header).to.match(/^__Host-.*; Secure;/)
    })
  }
})
