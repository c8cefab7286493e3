import { expect } from 'chai'
import { readCredentials } from './credentials.ts'
import { HttpProblem } from '../problem.ts'

const https = new URL('https://audio.example.org')
const loopback = new URL('http://localhost:8000')

describe('readCredentials', () => {
  it('reads the cookies of the name that the public URL gives them, and no others', () => {
    const cookie = 'a=1; __Host-access_token=x.y.z; refresh_token=planted; __Host-refresh_token=r=='
    expect(readCredentials({ cookie }, https)).to.deep.equal({
      accessToken: 'x.y.z',
      refreshToken: 'r==',
      refreshCookie: 'r==',
      mediaToken: undefined,
      oauthLogin: undefined,
      hasBearerToken: false,
    })
    expect(readCredentials({ cookie }, loopback)).to.include({
      accessToken: undefined,
      refreshToken: 'planted',
      refreshCookie: 'planted',
    })
  })

  it('lets a Bearer token win over the cookies, of which only the refresh cookie counts for refreshing', () => {
    const cookie = 'access_token=x; refresh_token=r'
    for (const authorization of ['Bearer t', 'bearer t', 'BEARER   t ']) {
      expect(readCredentials({ cookie, authorization }, loopback)).to.deep.equal({
        accessToken: 't',
        refreshToken: undefined,
        refreshCookie: 'r',
        mediaToken: undefined,
        oauthLogin: undefined,
        hasBearerToken: true,
      })
    }
    expect(readCredentials({ cookie, authorization: 'Bearer' }, loopback)).to.include({
      accessToken: '',
      hasBearerToken: true,
    })
  })

  it('takes other schemes for none: browsers send Basic by themselves', () => {
    const credentials = readCredentials({ cookie: 'access_token=x', authorization: 'Basic YTpi' }, loopback)
    expect(credentials).to.include({ accessToken: 'x', hasBearerToken: false })
    expect(readCredentials({ authorization: 'Bearerx' }, loopback).accessToken).to.equal(undefined)
  })

  const duplicates = [
    'access_token=a; access_token=b',
    'access_token=a; access_token=a',
    'refresh_token=a;x=1;refresh_token=',
    'access_token =a; access_token=b',
    'oauth_login=a; oauth_login=b',
    'media=a; media=b',
    Array.from({ length: 100 }, (_, n) => `access_token=${n}`).join('; '),
  ]
  for (const cookie of duplicates) {
    it(`refuses ${cookie.slice(0, 50)}`, () => {
      expect(() => readCredentials({ cookie }, loopback))
        .to.throw(HttpProblem)
        .with.property('code', 'duplicate_cookie')
      expect(() => readCredentials({ cookie, authorization: 'Bearer t' }, loopback)).to.throw(HttpProblem)
    })
  }

  it('finds nothing in cookies that are empty, foreign or torn', () => {
    for (const cookie of [
      '',
      ';;;',
      '=',
      'access_token',
      'access_token=',
      'ACCESS_TOKEN=x',
      'xaccess_token=x',
    ]) {
      expect(readCredentials({ cookie }, loopback), cookie).to.include({
        accessToken: undefined,
        hasBearerToken: false,
      })
    }
  })
})
