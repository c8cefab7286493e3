import { expect } from 'chai'
import type { ICommonTagsResult } from 'music-metadata'
import { cleanTags } from './clean-tags.ts'

const none = { no: null, of: null }
const clean = (tags: Partial<Record<keyof ICommonTagsResult, unknown>>) =>
  cleanTags({ track: none, disk: none, movementIndex: none, ...tags } as ICommonTagsResult)

describe('cleanTags', () => {
  it('keeps no control characters and no line breaks', () => {
    const title = 'One\r\nSet-Cookie: a=b\x1b[31mred\0\u2028\u0085two\t'
    expect(clean({ title })).to.deep.equal({ title: 'One Set-Cookie: a=b [31mred two' })
  })

  it('keeps nothing that reorders the text around it', () => {
    expect(clean({ title: 'song\u202e3pm.exe\u2066' })).to.deep.equal({ title: 'song3pm.exe' })
  })

  it('keeps the joiners that scripts and emoji need', () => {
    expect(clean({ title: '👩‍🎤 نمی‌دانم' })).to.deep.equal({ title: '👩‍🎤 نمی‌دانم' })
  })

  it('repairs lone surrogates', () => {
    expect(clean({ title: 'a\ud800b' })).to.deep.equal({ title: 'a\ufffdb' })
  })

  it('cuts at 1000 characters and through none', () => {
    const { title = '' } = clean({ title: '🎧'.repeat(1_000_000) })
    expect([...title]).to.have.length(1000)
    expect(title.isWellFormed()).to.equal(true)
  })

  it('reads UTF-8 that was taken for Latin-1', () => {
    const title = Buffer.from('Größer als 東京').toString('latin1')
    expect(clean({ title })).to.deep.equal({ title: 'Größer als 東京' })
  })

  it('leaves Latin-1 as it is', () => {
    expect(clean({ title: 'Größe' })).to.deep.equal({ title: 'Größe' })
  })

  it('joins several values and drops repeated ones', () => {
    expect(clean({ genre: ['Jazz', 'Jazz', ' Rock '] })).to.deep.equal({ genre: 'Jazz, Rock' })
  })

  it('writes positions with their totals', () => {
    const tags = clean({ track: { no: 3, of: 12 }, disk: { no: 1, of: null } })
    expect(tags).to.deep.equal({ track: '3/12', disc: '1' })
  })

  it('drops values that are no text', () => {
    const hostile = {
      title: { toString: () => 'x' },
      artist: Number.NaN,
      album: Symbol('x'),
      comment: [null, {}],
    }
    expect(clean(hostile)).to.deep.equal({})
  })

  it('drops what is empty', () => {
    expect(clean({ title: ' \0 ', artist: '' })).to.deep.equal({})
  })
})
