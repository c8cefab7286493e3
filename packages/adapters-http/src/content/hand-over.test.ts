import { anAudio, aUser } from '@audiohost/core/testing'
import { expect } from 'chai'
import { planContentReply } from './content-reply.ts'
import { canHandOver, handedOver } from './hand-over.ts'

const audio = anAudio({ ownerId: aUser().id })
const etag = `"${audio.content.sha256}"`
const planOf = (headers: Record<string, string>, method = 'GET') =>
  planContentReply({ method, headers, download: false }, audio)

describe('handing content over to the web server in front', () => {
  const cases: [what: string, headers: Record<string, string>, canHandOver: boolean][] = [
    ['the whole', {}, true],
    ['the whole, where what the client has is another', { 'if-none-match': '"other"' }, true],
    ['a range', { range: 'bytes=0-9' }, true],
    ['the end', { range: 'bytes=-5' }, true],
    ['the rest', { range: 'bytes=5-' }, true],
    ['a range of the same content', { range: 'bytes=0-9', 'if-range': etag }, true],
    ['the whole instead of a range of another content', { range: 'bytes=0-9', 'if-range': '"other"' }, false],
    ['several ranges', { range: 'bytes=0-1,5-6' }, false],
    ['several ranges that are one', { range: 'bytes=0-5,3-9' }, false],
    ['the whole instead of a range in a unit that is not known', { range: 'lines=0-9' }, false],
    ['a range beyond what nginx counts', { range: 'bytes=0-99999999999999999999' }, false],
    ['a content that must be the same', { 'if-match': etag }, false],
    ['a content that must be old', { 'if-unmodified-since': 'Fri, 01 Jan 2999 00:00:00 GMT' }, false],
  ]
  for (const [what, headers, expected] of cases) {
    it(`is ${expected ? '' : 'not '}for ${what}`, () => {
      expect(canHandOver(planOf(headers), headers)).to.equal(expected)
    })
  }

  it('is not for replies without a body', () => {
    expect(canHandOver(planOf({}, 'HEAD'), {})).to.equal(false)
    expect(canHandOver(planOf({ 'if-none-match': etag }), { 'if-none-match': etag })).to.equal(false)
  })

  it('names the file, says that nothing follows, and leaves the range to nginx', () => {
    const plan = planOf({ range: 'bytes=0-9' })
    const { 'Content-Range': _range, 'Accept-Ranges': _ranges, ...kept } = plan.headers
    expect(handedOver(plan, 'ab/cd/id')).to.deep.equal({
      ...kept,
      'Content-Length': '0',
      'X-Accel-Redirect': '/internal/audio/ab/cd/id',
    })
  })
})
