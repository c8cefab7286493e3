import { createHash, createVerify, type KeyObject } from 'node:crypto'

export interface V4Request {
  readonly method: string
  readonly url: URL
  readonly now: Date
  /** Of the service account that the link names. */
  readonly publicKeyOf: (email: string) => KeyObject | undefined
}

/**
 * The status with which the storage refuses a signed address; `undefined` where it takes it. Written after
 * https://cloud.google.com/storage/docs/authentication/canonical-requests and
 * https://cloud.google.com/storage/docs/authentication/signatures, not after the library that signs.
 */
export function refusalOfSignature({ method, url, now, publicKeyOf }: V4Request): number | undefined {
  const query = (name: string): string => url.searchParams.get(name) ?? ''
  const [email = '', ...scope] = query('X-Goog-Credential').split('/')
  const publicKey = publicKeyOf(email)
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(query('X-Goog-Date')) ?? []
  const signedAt = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  const seconds = Number(query('X-Goog-Expires'))
  if (query('X-Goog-Algorithm') !== 'GOOG4-RSA-SHA256' || !publicKey || !(seconds > 0 && seconds <= 604_800))
    return 400
  if (scope.join('/') !== `${year}${month}${day}/auto/storage/goog4_request`) return 400
  const toSign = [
    'GOOG4-RSA-SHA256',
    query('X-Goog-Date'),
    scope.join('/'),
    createHash('sha256').update(canonicalRequest(method, url)).digest('hex'),
  ].join('\n')
  const hex = query('X-Goog-Signature')
  const signature = Buffer.from(hex, 'hex')
  const isWhole = signature.toString('hex') === hex
  if (!isWhole || !createVerify('RSA-SHA256').update(toSign).verify(publicKey, signature)) return 403
  return now.getTime() > signedAt + seconds * 1000 ? 400 : undefined
}

function canonicalRequest(method: string, url: URL): string {
  const parameters = [...url.searchParams]
    .filter(([name]) => name !== 'X-Goog-Signature')
    .map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
    .sort()
  const signedHeaders = url.searchParams.get('X-Goog-SignedHeaders') ?? ''
  // Google's host has no port; the library signs that of an emulator without it.
  const headers = `host:${url.hostname}\n`
  return [method, url.pathname, parameters.join('&'), headers, signedHeaders, 'UNSIGNED-PAYLOAD'].join('\n')
}

const percentEncode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
