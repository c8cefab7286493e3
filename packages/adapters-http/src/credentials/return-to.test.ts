import { expect } from 'chai'
import { InvalidInput } from '@audiohost/core'
import { checkReturnTo } from './return-to.ts'

const site = {
  publicUrl: new URL('https://audio.example.org'),
  origins: ['https://audio.example.org', 'https://player.example.org'],
}

const accepted = [
  '/',
  '/library',
  '/library?sort=created_at&q=a%20b#top',
  '/a/b/c',
  '/~ann/',
  '/search?next=//evil.org',
  '/@ann',
  'https://audio.example.org/library',
  'https://player.example.org',
  'https://player.example.org/play?id=1#t=30',
]

const refused = [
  '',
  'library',
  'evil.org',
  '//evil.org',
  '///evil.org',
  '////evil.org',
  '/\\evil.org',
  '\\\\evil.org',
  '\\/evil.org',
  '/\\/evil.org',
  '/%2fevil.org',
  '/%2Fevil.org',
  '/%5cevil.org',
  '/%252fevil.org',
  '%2f%2fevil.org',
  '/.//evil.org',
  '/..//evil.org',
  '/./\\evil.org',
  '/%2e%2f%2fevil.org',
  '/\tevil.org',
  '/\t/evil.org',
  '/\n/evil.org',
  '\t//evil.org',
  ' //evil.org',
  '/ /evil.org',
  '/%09/evil.org',
  'https://evil.org',
  'https:evil.org',
  'https:/evil.org',
  'https:\\\\evil.org',
  'https:///evil.org',
  'https://audio.example.org@evil.org',
  'https://audio.example.org:443@evil.org/',
  'https://ann@audio.example.org/',
  'https://audio.example.org.evil.org',
  'https://evil.org/audio.example.org',
  'https://evil.org#https://audio.example.org',
  'https://evil.org\\@audio.example.org',
  'https://audio.example.org:8443/',
  'http://audio.example.org/',
  'https://playerXexample.org',
  'https://xplayer.example.org',
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  '/\u0000',
  'data:text/html,<script>alert(1)</script>',
  'blob:https://audio.example.org/1',
  'https://аudio.example.org/',
  '/\u2028/evil.org',
  'null',
  `/${'a'.repeat(2000)}`,
]

describe('checkReturnTo', () => {
  it('goes home where nothing is asked for', () => {
    expect(checkReturnTo(undefined, site)).to.equal('/')
  })

  const below = [
    [undefined, '/audio/'],
    ['/', '/audio/'],
    ['/library?sort=size#top', '/audio/library?sort=size#top'],
    ['/audio', '/audio'],
    ['/audio/library', '/audio/library'],
    ['/audiobook', '/audio/audiobook'],
    ['/audio/../shop', '/audio/shop'],
    ['/library/../../shop?a=b', '/audio/shop?a=b'],
    ['https://audio.example.org/shop', 'https://audio.example.org/shop'],
  ] as const
  for (const [text, returnTo] of below) {
    it(`leads ${text ?? 'nothing'} below the path of PUBLIC_URL to ${returnTo}`, () => {
      const publicUrl = new URL('https://audio.example.org/audio')
      expect(checkReturnTo(text, { ...site, publicUrl })).to.equal(returnTo)
    })
  }

  for (const text of accepted) {
    it(`accepts ${text}`, () => {
      expect(checkReturnTo(text, site)).to.equal(text)
      expect(site.origins).to.include(new URL(text, site.publicUrl).origin)
    })
  }

  for (const text of refused) {
    it(`refuses ${JSON.stringify(text).slice(0, 60)}`, () => {
      expect(() => checkReturnTo(text, site))
        .to.throw(InvalidInput)
        .with.nested.property('issues[0].path', '/return_to')
    })
  }
})
