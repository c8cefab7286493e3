import { expect } from 'chai'
import fc from 'fast-check'
import { contentTypeOf } from './audio-format.ts'
import { anAudio } from '../testing/builders.ts'
import { cleanFileName, downloadName } from './file-name.ts'

const anyName = fc.oneof(fc.string({ unit: 'binary', maxLength: 400 }), fc.string({ unit: 'grapheme' }))
const byteLength = (text: string): number => Buffer.byteLength(text)
const shown = (text: string | undefined): string => JSON.stringify(text?.slice(0, 40))
const family = '👩‍👩‍👧‍👦'

describe('cleanFileName', () => {
  for (const [claimed, expected] of [
    ['song.mp3', 'song.mp3'],
    ['Песня № 1 💿.flac', 'Песня № 1 💿.flac'],
    ['/home/ann/song.mp3', 'song.mp3'],
    ['C:\\Users\\Ann\\song.mp3', 'song.mp3'],
    ['..\\../song.mp3', 'song.mp3'],
    ['../../etc/passwd', 'passwd'],
    ['.hidden.mp3', '.hidden.mp3'],
    [' song.mp3 ', 'song.mp3'],
    ['song.mp3...', 'song.mp3'],
    ['song.mp3 . .', 'song.mp3'],
    ['song\0.mp3', 'song.mp3'],
    ['song.mp3\r\nSet-Cookie: a=b', 'song.mp3 Set-Cookie: a=b'],
    ['song\u202e3pm.exe', 'song3pm.exe'],
    ['half \ud83d.mp3', 'half \ufffd.mp3'],
    ['x'.repeat(300), 'x'.repeat(255)],
    [`${'x'.repeat(300)}.mp3`, `${'x'.repeat(251)}.mp3`],
    [`${'x'.repeat(300)}.flac`, `${'x'.repeat(250)}.flac`],
    [`${'ж'.repeat(20_000)}.mp3`, `${'ж'.repeat(251)}.mp3`],
    [`${'x'.repeat(240)}${'.'.repeat(60)}.mp3`, `${'x'.repeat(240)}.mp3`],
    [`${'x'.repeat(250)} ${'y'.repeat(50)}.mp3`, `${'x'.repeat(250)}.mp3`],
    [`${family.repeat(40)}.mp3`, `${family.repeat(35)}.mp3`],
    [`e${'\u0301'.repeat(300)}.mp3`, `e${'\u0301'.repeat(250)}.mp3`],
    ['💿'.repeat(300), '💿'.repeat(255)],
    ['"quoted"; filename*=x', '"quoted"; filename*=x'],
    ['folder/', 'audio.ogg'],
    ['', 'audio.ogg'],
    [' ', 'audio.ogg'],
    ['.', 'audio.ogg'],
    ['..', 'audio.ogg'],
    ['\u200b', 'audio.ogg'],
    [undefined, 'audio.ogg'],
    ['.mp3', 'audio.mp3'],
    ['..FLAC', 'audio.FLAC'],
    ['.profile', '.profile'],
  ] as const) {
    it(`makes ${shown(expected)} of ${shown(claimed)}`, () => {
      expect(cleanFileName(claimed, 'audio/ogg')).to.equal(expected)
    })
  }

  it('is never empty, never a path, and always printable', () => {
    fc.assert(
      fc.property(anyName, (claimed) => {
        const name = cleanFileName(claimed, 'audio/ogg')
        expect(name).to.match(/^[^/\\\p{Cc}\p{Zl}\p{Zp}]{1,255}$/u)
        expect(name).to.not.match(/[. ]$/)
        expect(name.isWellFormed()).to.equal(true)
        expect(cleanFileName(name, 'audio/ogg')).to.equal(name)
      }),
    )
  })

  it('keeps the extension of a name of any length', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 200, maxLength: 700 }), (stem) => {
        expect(cleanFileName(`a${stem}.flac`, 'audio/flac')).to.match(/\.flac$/)
      }),
    )
  })
})

describe('downloadName', () => {
  const nameOf = (fileName: string, contentType: string): string =>
    downloadName({ fileName, media: { ...anAudio().media, contentType } })

  for (const [fileName, contentType, expected] of [
    ['song.mp3', 'audio/mpeg', 'song.mp3'],
    ['SONG.MP3', 'audio/mpeg', 'SONG.MP3'],
    ['song.opus', 'audio/ogg', 'song.opus'],
    ['book.m4b', 'audio/mp4', 'book.m4b'],
    ['audio', 'audio/wav', 'audio.wav'],
    ['song', 'audio/mpeg', 'song.mp3'],
    ['My.Song.v2', 'audio/flac', 'My.Song.v2.flac'],
    ['song.mp3', 'audio/flac', 'song.flac'],
    ['song.WMA', 'audio/aac', 'song.aac'],
    ['setup.exe', 'audio/mpeg', 'setup.exe.mp3'],
    ['page.html', 'audio/aiff', 'page.html.aiff'],
    ['.mp3', 'audio/mpeg', 'audio.mp3'],
    ['.hidden', 'audio/mpeg', 'hidden.mp3'],
    ['song.mp3. .', 'audio/mpeg', 'song.mp3'],
    ['CON.mp3', 'audio/mpeg', '_CON.mp3'],
    ['nul', 'audio/webm', '_nul.webm'],
    ['com1.tar.wav', 'audio/wav', '_com1.tar.wav'],
    ['Console.mp3', 'audio/mpeg', 'Console.mp3'],
    ['x'.repeat(255), 'audio/mpeg', `${'x'.repeat(251)}.mp3`],
    [`${'ж'.repeat(251)}.mp3`, 'audio/mpeg', `${'ж'.repeat(125)}.mp3`],
    [`${'が'.repeat(250)}.flac`, 'audio/flac', `${'が'.repeat(83)}.flac`],
    [`${'e\u0301'.repeat(120)}.mp3`, 'audio/mpeg', `${'e\u0301'.repeat(83)}.mp3`],
    ['song.xyz', 'audio/unheard-of', 'song.xyz'],
  ] as const) {
    it(`saves ${shown(fileName)} of ${contentType} as ${shown(expected)}`, () => {
      expect(nameOf(fileName, contentType)).to.equal(expected)
    })
  }

  for (const contentType of Object.values(contentTypeOf)) {
    it(`gives every name of ${contentType} an extension and at most 255 bytes`, () => {
      expect(nameOf('song', contentType)).to.match(/^song\.[a-z0-9]{2,4}$/)
      fc.assert(
        fc.property(anyName, (claimed) => {
          const name = nameOf(cleanFileName(claimed, contentType), contentType)
          expect(byteLength(name)).to.be.at.most(255)
          expect(name).to.match(/^[^.].*\.[a-z0-9]{2,4}$/is)
          expect(nameOf(name, contentType)).to.equal(name)
        }),
        { numRuns: 50 },
      )
    })
  }
})
