import type { IncomingHttpHeaders } from 'node:http'
import { parseHttpDate } from './http-date.ts'

/** What identifies the bytes that a reply would carry. */
export interface Validators {
  /** Strong, with its quotes. */
  readonly etag: string
  /** In whole seconds. */
  readonly lastModified: Date
}

/** `unmodified`: the client has these bytes already. */
export type Precondition = 'met' | 'failed' | 'unmodified'

/** RFC 9110 section 13.2.2, steps 1 to 4, for GET and HEAD of a resource that exists. */
export function evaluatePreconditions(headers: IncomingHttpHeaders, current: Validators): Precondition {
  const ifMatch = headers['if-match']
  const ifNoneMatch = headers['if-none-match']
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, current.etag, 'strong')) return 'failed'
  } else if (isModifiedSince(headers['if-unmodified-since'], current)) {
    return 'failed'
  }
  if (ifNoneMatch !== undefined) return matches(ifNoneMatch, current.etag, 'weak') ? 'unmodified' : 'met'
  return isModifiedSince(headers['if-modified-since'], current) === false ? 'unmodified' : 'met'
}

/** Section 13.1.5. Whether a `Range` may be answered in part; true where the client sets no condition. */
export function allowsRange(ifRange: string | undefined, current: Validators): boolean {
  if (ifRange === undefined) return true
  const condition = ifRange.trim()
  // A weak tag never matches, and a date only exactly.
  if (/^(W\/)?"/.test(condition)) return condition === current.etag
  return parseHttpDate(condition)?.getTime() === current.lastModified.getTime()
}

/** `undefined` where there is no date that can be read: the header is then ignored (sections 13.1.3 and 13.1.4). */
function isModifiedSince(header: string | undefined, { lastModified }: Validators): boolean | undefined {
  const date = parseHttpDate(header ?? '')
  return date && lastModified.getTime() > date.getTime()
}

const entityTag = /[ \t,]*(W\/)?("[\x21\x23-\x7e\x80-\xff]*")[ \t]*(?=,|$)/y

/** Section 8.8.3.2. A list that breaks off counts as far as it can be read. */
function matches(list: string, etag: string, comparison: 'strong' | 'weak'): boolean {
  if (list.trim() === '*') return true
  entityTag.lastIndex = 0
  for (;;) {
    const [, weak, tag] = entityTag.exec(list) ?? []
    if (tag === undefined) return false
    if (tag === etag && (weak === undefined || comparison === 'weak')) return true
  }
}
