import { expect } from 'chai'
import fc from 'fast-check'
import { TextInput } from '../text-input.ts'
import { defaultTitle, readDescription, readTitle } from './audio.ts'
import { cleanFileName } from './file-name.ts'

const anyName = fc.oneof(fc.string({ unit: 'binary', maxLength: 400 }), fc.string({ unit: 'grapheme' }))

describe('defaultTitle', () => {
  for (const [fileName, title, expected] of [
    ['song.mp3', undefined, 'song'],
    ['song.mp3', 'The Song', 'The Song'],
    ['song.mp3', ' The\nSong ', 'The Song'],
    ['song.mp3', ' \0 ', 'song'],
    ['song.mp3', '', 'song'],
    ['song.mp3', 'x'.repeat(300), 'x'.repeat(200)],
    ['song.mp3', 'gnos\u202e', 'gnos'],
    ['My.Song.v2.flac', undefined, 'My.Song.v2'],
    ['song', undefined, 'song'],
    ['.mp3', undefined, '.mp3'],
    ['Dr. Who and friends', undefined, 'Dr. Who and friends'],
    ['\u200b.mp3', undefined, '\u200b.mp3'],
    [`${'x'.repeat(250)}.mp3`, undefined, 'x'.repeat(200)],
  ] as const) {
    it(`makes ${JSON.stringify(expected.slice(0, 40))} of ${fileName.slice(0, 40)} tagged ${JSON.stringify(title?.slice(0, 40))}`, () => {
      expect(defaultTitle(fileName, title === undefined ? {} : { title })).to.equal(expected)
    })
  }

  it('is a title that a client could have given', () => {
    fc.assert(
      fc.property(anyName, fc.option(anyName, { nil: undefined }), (claimed, tag) => {
        const title = defaultTitle(
          cleanFileName(claimed, 'audio/mpeg'),
          tag === undefined ? {} : { title: tag },
        )
        const input = new TextInput()
        expect(readTitle(input, title)).to.equal(title)
        input.refuseIssues()
      }),
    )
  })
})

describe('readTitle and readDescription', () => {
  it('hold titles to 200 characters of one line, and descriptions to 5000', () => {
    const input = new TextInput()
    readTitle(input, 'x'.repeat(200))
    readDescription(input, 'x\n'.repeat(2500))
    input.refuseIssues()
    readTitle(input, 'x'.repeat(201))
    readTitle(input, 'two\nlines')
    readDescription(input, 'x'.repeat(5001))
    expect(() => {
      input.refuseIssues()
    }).to.throw(/title.*200.*title.*control.*description.*5000/)
  })
})
