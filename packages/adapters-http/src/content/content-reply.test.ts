import type { IncomingHttpHeaders } from 'node:http'
import { expect } from 'chai'
import { anAudio } from '@audiohost/core/testing'
import { planContentReply, type ContentPlan } from './content-reply.ts'
import type { Piece } from './pieces.ts'
import { HttpProblem } from '../problem.ts'

const sha256 = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'
const etag = `"${sha256}"`
const createdAt = new Date('2026-05-05T05:05:05.678Z')
const lastModified = 'Tue, 05 May 2026 05:05:05 GMT'
const audio = anAudio({
  fileName: 'песня.mp3',
  content: { sizeBytes: 1000, sha256 },
  createdAt,
  updatedAt: new Date('2026-06-06T06:06:06Z'),
})

const plan = (headers: IncomingHttpHeaders = {}, method = 'GET'): ContentPlan =>
  planContentReply({ method, headers, download: false }, audio)

function refusalOf(headers: IncomingHttpHeaders, method = 'GET'): HttpProblem {
  try {
    plan(headers, method)
  } catch (error) {
    if (error instanceof HttpProblem) return error
    throw error
  }
  throw new Error('It was not refused')
}

const rangesIn = (pieces: readonly Piece[]): string =>
  pieces.flatMap((piece) => (piece instanceof Uint8Array ? [] : [`${piece.start}-${piece.end}`])).join(' ')

/** What the status and the bytes are, for short tables. */
function outcome(headers: IncomingHttpHeaders, method = 'GET'): string {
  try {
    const { status, body } = plan(headers, method)
    return `${status} ${typeof body === 'string' ? body : rangesIn(body)}`
  } catch (error) {
    return (error as HttpProblem).status.toString()
  }
}

describe('planContentReply', () => {
  it('sends everything, with all that a client needs to ask better the next time', () => {
    expect(plan()).to.deep.equal({
      status: 200,
      body: 'whole',
      headers: {
        'Content-Type': 'audio/mpeg',
        'Content-Length': '1000',
        'Content-Disposition': `inline; filename="_____.mp3"; filename*=UTF-8''%D0%BF%D0%B5%D1%81%D0%BD%D1%8F.mp3`,
        'Accept-Ranges': 'bytes',
        ETag: etag,
        'Last-Modified': lastModified,
        'Repr-Digest': 'sha-256=:n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=:',
        'Cache-Control': 'private, no-cache',
        Vary: 'Cookie, Authorization',
      },
    })
  })

  it('asks to save the file for a download', () => {
    const { headers } = planContentReply({ method: 'GET', headers: {}, download: true }, audio)
    expect(headers['Content-Disposition']).to.match(/^attachment; /)
  })

  it('sends a range with its place in the whole, and the digest of the whole', () => {
    const { status, body, headers } = plan({ range: 'bytes=100-199' })
    expect(status).to.equal(206)
    expect(body).to.deep.equal([{ start: 100, end: 199 }])
    expect(headers).to.include({ 'Content-Range': 'bytes 100-199/1000', 'Content-Length': '100', ETag: etag })
    expect(headers['Repr-Digest']).to.equal(plan().headers['Repr-Digest'])
  })

  it('sends several ranges each with its place, and says how long all of it is', () => {
    const { status, body, headers } = plan({ range: 'bytes=0-1,-3' })
    const pieces = typeof body === 'string' ? [] : body
    const { 'Content-Type': type = '', ...others } = headers
    const [, boundary = ''] = /^multipart\/byteranges; boundary=([\w-]{36})$/.exec(type) ?? []
    const text = pieces.map((piece) =>
      piece instanceof Uint8Array ? Buffer.from(piece).toString() : '.'.repeat(piece.end - piece.start + 1),
    )
    const head = (place: string): string =>
      `\r\n--${boundary}\r\nContent-Type: audio/mpeg\r\nContent-Range: bytes ${place}/1000\r\n\r\n`
    expect(text.join('')).to.equal(`${head('0-1')}..${head('997-999')}...\r\n--${boundary}--\r\n`)
    expect(status).to.equal(206)
    expect(others).to.include({ 'Content-Length': text.join('').length.toString(), ETag: etag })
    expect(others).to.not.have.property('Content-Range')
    expect(plan({ range: 'bytes=0-1,-3' }).headers['Content-Type']).to.not.equal(type)
  })

  it('refuses a range behind the end with the size of the whole', () => {
    const problem = refusalOf({ range: 'bytes=1000-' })
    expect(problem).to.include({ status: 416, code: 'range_not_satisfiable' })
    expect(problem.headers).to.include({ 'Content-Range': 'bytes */1000' })
  })

  it('answers HEAD with the headers of GET, without a body or a range', () => {
    expect(plan({}, 'HEAD')).to.deep.equal({ ...plan(), body: 'none' })
    expect(plan({ range: 'bytes=0-1' }, 'HEAD')).to.deep.equal({ ...plan(), body: 'none' })
    expect(plan({ range: 'bytes=5000-' }, 'HEAD').status).to.equal(200)
  })

  it('tells a client that has the bytes already that it has them, without describing them', () => {
    const { status, body, headers } = plan({ 'if-none-match': etag })
    expect([status, body]).to.deep.equal([304, 'none'])
    expect(headers).to.deep.equal({
      ETag: etag,
      'Last-Modified': lastModified,
      'Cache-Control': 'private, no-cache',
      Vary: 'Cookie, Authorization',
    })
  })

  it('never sends If-Modified-Since of its own Last-Modified the bytes again', () => {
    expect(plan({ 'if-modified-since': lastModified }).status).to.equal(304)
  })

  /** RFC 9110 section 13.2.2 with the fifth step; rows: If-Match, If-Unmodified-Since, If-None-Match, If-Range. */
  it('weighs preconditions, If-Range and Range in the order of RFC 9110, in all 32 cells', () => {
    const newer = 'Tue, 05 May 2026 05:05:04 GMT'
    let cells = 0
    for (let bits = 0; bits < 32; bits++) {
      const [match, unmodified, none, ifRange, range] = [1, 2, 4, 8, 16].map((bit) => (bits & bit) !== 0)
      const headers: IncomingHttpHeaders = {
        ...(match && { 'if-match': etag }),
        ...(unmodified && { 'if-unmodified-since': newer }),
        ...(none && { 'if-none-match': '"other"' }),
        ...(ifRange && { 'if-range': '"other"' }),
        ...(range && { range: 'bytes=0-9' }),
      }
      const failed = unmodified && !match
      const expected = failed ? '412' : range && !ifRange ? '206 0-9' : '200 whole'
      expect(outcome(headers), JSON.stringify(headers)).to.equal(expected)
      cells++
    }
    expect(cells).to.equal(32)
  })

  const rows: readonly (readonly [string, IncomingHttpHeaders, string, string?])[] = [
    ['a range of the bytes it knows', { range: 'bytes=5-', 'if-range': etag }, '206 5-999'],
    ['a range as of the same date', { range: 'bytes=5-', 'if-range': lastModified }, '206 5-999'],
    ['a range of other bytes', { range: 'bytes=5-', 'if-range': '"other"' }, '200 whole'],
    ['an impossible range of other bytes', { range: 'bytes=5000-', 'if-range': '"other"' }, '200 whole'],
    ['If-Range without a range', { 'if-range': '"other"' }, '200 whole'],
    ['several ranges', { range: 'bytes=5-6,0-1' }, '206 5-6 0-1'],
    ['several ranges that are one', { range: 'bytes=5-6,0-4' }, '206 0-6'],
    ['several ranges of other bytes', { range: 'bytes=0-1,5-6', 'if-range': '"other"' }, '200 whole'],
    ['several ranges behind the end', { range: 'bytes=2000-,-0' }, '416'],
    ['no range that can be read', { range: 'bytes=5-1' }, '200 whole'],
    ['a failed condition before an impossible range', { range: 'bytes=5000-', 'if-match': '"x"' }, '412'],
    ['bytes it has before an impossible range', { range: 'bytes=5000-', 'if-none-match': etag }, '304 none'],
    ['HEAD with a failed condition', { 'if-match': '"x"' }, '412', 'HEAD'],
    ['HEAD for bytes it has', { 'if-none-match': `W/${etag}` }, '304 none', 'HEAD'],
  ]
  for (const [name, headers, expected, method] of rows) {
    it(`answers ${name} with ${expected}`, () => {
      expect(outcome(headers, method)).to.equal(expected)
    })
  }

  it('refuses a failed condition as such', () => {
    expect(refusalOf({ 'if-match': '"x"' })).to.include({ status: 412, code: 'precondition_failed' })
  })
})
