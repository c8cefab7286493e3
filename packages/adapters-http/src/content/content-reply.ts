import type { IncomingHttpHeaders } from 'node:http'
import { downloadName, type Audio, type ByteRange } from '@audiohost/core'
import { parseByteRanges } from './byte-range.ts'
import { allowsRange, evaluatePreconditions, type Validators } from './conditional-request.ts'
import { contentDisposition } from './content-disposition.ts'
import { wholeSeconds } from './http-date.ts'
import { multipartRanges } from './multipart-ranges.ts'
import { totalLength, type Piece } from './pieces.ts'
import { HttpProblem } from '../problem.ts'

export interface ContentRequest {
  readonly method: string
  readonly headers: IncomingHttpHeaders
  /** Asks the browser to save the file rather than to play it. */
  readonly download: boolean
}

export interface ContentPlan {
  readonly status: 200 | 206 | 304
  readonly headers: Readonly<Record<string, string>>
  /** Which bytes follow the headers. */
  readonly body: 'none' | 'whole' | readonly Piece[]
}

/**
 * How to answer GET or HEAD for the bytes of an audio.
 * @throws HttpProblem 412 `precondition_failed`, 416 `range_not_satisfiable`
 */
export function planContentReply(request: ContentRequest, audio: Audio): ContentPlan {
  const { sizeBytes } = audio.content
  const { current, ...described } = headersOf(audio)
  const precondition = evaluatePreconditions(request.headers, current)
  if (precondition === 'failed') throw preconditionFailed()
  if (precondition === 'unmodified') return { status: 304, headers: described.validators, body: 'none' }

  const headers = request.download ? described.attachment : described.inline
  if (request.method === 'HEAD') return { status: 200, headers: withLength(headers, sizeBytes), body: 'none' }

  const ranges = rangesOf(request.headers, sizeBytes, current)
  if (ranges === undefined) return { status: 200, headers: withLength(headers, sizeBytes), body: 'whole' }
  if (ranges === 'unsatisfiable') throw rangeNotSatisfiable(sizeBytes)
  return partialReply(ranges, headers, audio)
}

function partialReply(
  ranges: readonly ByteRange[],
  headers: Readonly<Record<string, string>>,
  { content: { sizeBytes }, media: { contentType } }: Audio,
): ContentPlan {
  const [range, another] = ranges
  // Section 15.3.7.1: one range never comes as a multipart body.
  if (range && !another) {
    // The new ones first, of which the others have none: behind a copy they cost eight times as much.
    const partial = {
      'Content-Range': `bytes ${range.start}-${range.end}/${sizeBytes}`,
      'Content-Length': totalLength(ranges).toString(),
      ...headers,
    }
    return { status: 206, headers: partial, body: ranges }
  }
  const { contentType: multipart, pieces } = multipartRanges(ranges, { contentType, sizeBytes })
  const partial = { ...headers, 'Content-Type': multipart }
  return { status: 206, headers: withLength(partial, totalLength(pieces)), body: pieces }
}

/** RFC 9110 section 14.2: only after the preconditions, and only where `If-Range` still holds. */
function rangesOf(
  headers: IncomingHttpHeaders,
  sizeBytes: number,
  current: Validators,
): readonly ByteRange[] | 'unsatisfiable' | undefined {
  if (!allowsRange(headers['if-range']?.toString(), current)) return undefined
  return parseByteRanges(headers.range, sizeBytes)
}

/** Private, and asked for again each time: a shared cache must never serve one user's audio to another. */
const validatorHeaders = ({ etag, lastModified }: Validators): Record<string, string> => ({
  ETag: etag,
  'Last-Modified': lastModified.toUTCString(),
  'Cache-Control': 'private, no-cache',
  Vary: 'Cookie, Authorization',
})

/** What the bytes are and how a browser is to take them. */
export const describeContent = (audio: Audio, download: boolean) => ({
  contentType: audio.media.contentType,
  contentDisposition: contentDisposition(download ? 'attachment' : 'inline', downloadName(audio)),
})

interface ContentHeaders {
  readonly current: Validators
  readonly validators: Readonly<Record<string, string>>
  readonly inline: Readonly<Record<string, string>>
  readonly attachment: Readonly<Record<string, string>>
}

const written = new WeakMap<Audio, ContentHeaders>()

/** Written once for each object: repositories that remember what has not changed give the same one for each range. */
function headersOf(audio: Audio): ContentHeaders {
  const known = written.get(audio)
  if (known) return known
  // Content never changes, so neither does the moment it was made: `updatedAt` is that of the title.
  const current = { etag: `"${audio.content.sha256}"`, lastModified: wholeSeconds(audio.createdAt) }
  const headers = {
    current,
    validators: validatorHeaders(current),
    inline: contentHeaders(audio, current, false),
    attachment: contentHeaders(audio, current, true),
  }
  written.set(audio, headers)
  return headers
}

function contentHeaders(audio: Audio, current: Validators, download: boolean): Record<string, string> {
  const description = describeContent(audio, download)
  return {
    ...validatorHeaders(current),
    'Content-Type': description.contentType,
    'Content-Disposition': description.contentDisposition,
    'Accept-Ranges': 'bytes',
    // RFC 9530: of the whole content, also where only a part of it follows.
    'Repr-Digest': `sha-256=:${Buffer.from(audio.content.sha256, 'hex').toString('base64')}:`,
  }
}

const withLength = (headers: Readonly<Record<string, string>>, bytes: number): Record<string, string> => ({
  'Content-Length': bytes.toString(),
  ...headers,
})

const preconditionFailed = (): HttpProblem =>
  new HttpProblem({
    status: 412,
    code: 'precondition_failed',
    detail: 'The content is not the one that the request is conditional on',
  })

const rangeNotSatisfiable = (sizeBytes: number): HttpProblem =>
  new HttpProblem({
    status: 416,
    code: 'range_not_satisfiable',
    detail: `The content has ${sizeBytes} bytes, and none of them is in the range asked for`,
    headers: { 'Content-Range': `bytes */${sizeBytes}`, 'Accept-Ranges': 'bytes' },
  })
