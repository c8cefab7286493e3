import { createHash } from 'node:crypto'

/** `kind.payload.checksum`: refuses what was altered, but anybody could make one. */
export function seal(kind: string, values: readonly (string | number)[]): string {
  const payload = Buffer.from(JSON.stringify(values)).toString('base64url')
  return `${kind}.${payload}.${checksum(kind, payload)}`
}

/** The values of a text that `seal` made of this kind; `undefined` for every other text. */
export function unseal(kind: string, text: string): readonly (string | number)[] | undefined {
  const [claimedKind, payload = ''] = text.split('.')
  if (claimedKind !== kind || text !== `${kind}.${payload}.${checksum(kind, payload)}`) return undefined
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as readonly (string | number)[]
}

const checksum = (kind: string, payload: string): string =>
  createHash('sha256').update(`${kind}.${payload}`).digest('base64url')
