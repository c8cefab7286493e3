import { expect } from 'chai'
import fc from 'fast-check'
import { contentDisposition } from './content-disposition.ts'

const cases: readonly (readonly [string, string])[] = [
  ['song.mp3', 'filename="song.mp3"'],
  ['my song.mp3', 'filename="my song.mp3"'],
  ['a"b.mp3', `filename="a_b.mp3"; filename*=UTF-8''a%22b.mp3`],
  ['100%.mp3', `filename="100_.mp3"; filename*=UTF-8''100%25.mp3`],
  ["it's (1)*.mp3", `filename="it's (1)*.mp3"`],
  ['песня.mp3', `filename="_____.mp3"; filename*=UTF-8''%D0%BF%D0%B5%D1%81%D0%BD%D1%8F.mp3`],
  ["é'(1)*.mp3", `filename="_'(1)*.mp3"; filename*=UTF-8''%C3%A9%27%281%29%2A.mp3`],
  ['🎵.mp3', `filename="_.mp3"; filename*=UTF-8''%F0%9F%8E%B5.mp3`],
  ['a\r\nSet-Cookie: b.mp3', 'filename="aSet-Cookie: b.mp3"'],
  ['a\u0000b\u007f.mp3', 'filename="ab.mp3"'],
  ['evil\u202e3pm.exe', 'filename="evil3pm.exe"'],
  ['\ud800.mp3', `filename="_.mp3"; filename*=UTF-8''%EF%BF%BD.mp3`],
  ['../../etc/passwd', 'filename=".._.._etc_passwd"'],
  ['C:\\music\\a.mp3', 'filename="C:_music_a.mp3"'],
  ['', 'filename="audio"'],
  ['..', 'filename="audio"'],
  [' \t ', 'filename="audio"'],
]

describe('contentDisposition', () => {
  for (const [name, expected] of cases) {
    it(`names ${JSON.stringify(name)} as ${expected}`, () => {
      expect(contentDisposition('inline', name)).to.equal(`inline; ${expected}`)
    })
  }

  it('asks to save where it is an attachment', () => {
    expect(contentDisposition('attachment', 'a.mp3')).to.equal('attachment; filename="a.mp3"')
  })

  it('shortens a name of 4 KB', () => {
    expect(contentDisposition('inline', 'x'.repeat(4096))).to.equal(`inline; filename="${'x'.repeat(255)}"`)
  })

  it('is one well-formed header for 2000 names of any characters, and keeps those of the name', () => {
    const form =
      /^inline; filename="([^"\\%\x00-\x1f\x7f-\uffff]+)"(; filename\*=UTF-8''((?:[\w!#$&+.^`|~-]|%[0-9A-F]{2})+))?$/
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 50 }), (name) => {
        const [, plain, , extended] = form.exec(contentDisposition('inline', name)) ?? []
        expect(plain, JSON.stringify(name)).to.be.a('string')
        if (extended !== undefined) expect(decodeURIComponent(extended)).to.not.match(/[\p{Cc}\p{Cf}/\\]/u)
      }),
      { numRuns: 2000 },
    )
  })
})
