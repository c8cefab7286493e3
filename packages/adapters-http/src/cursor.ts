import type { Keyset } from '@audiohost/core'
import { HttpProblem } from './problem.ts'

const shape =
  /^((?:19|20|21)\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/

/** Opaque to clients, so that what orders a list may change. */
export const writeCursor = ({ createdAt, id }: Keyset): string =>
  Buffer.from(`${createdAt.toISOString()} ${id}`).toString('base64url')

/** Only what `writeCursor` could have written; a cursor grants nothing, so it is not signed. */
export function readCursor(cursor: string): Keyset {
  const [, time, id] = shape.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? []
  const createdAt = new Date(time ?? NaN)
  if (id === undefined || Number.isNaN(createdAt.getTime())) throw invalidCursor()
  const keyset = { createdAt, id }
  if (writeCursor(keyset) !== cursor) throw invalidCursor()
  return keyset
}

export function invalidCursor(): HttpProblem {
  const message = 'cursor must be the next_cursor of an earlier page of the same list'
  return new HttpProblem({
    status: 422,
    code: 'invalid_cursor',
    detail: message,
    issues: [{ path: '/cursor', code: 'invalid_cursor', message }],
  })
}
