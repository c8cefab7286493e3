import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { DigestMismatch } from '@audiohost/core'
import { HttpProblem } from '../problem.ts'
import { readDigests } from '../uploads/request-digests.ts'
import { checksumAlgorithms, type ChecksumAlgorithm } from './tus-protocol.ts'

interface PartChecksum {
  readonly algorithm: ChecksumAlgorithm
  /** In lower-case hex. */
  readonly expected: string
  readonly mismatch: () => Error
}

/**
 * What the headers say of the bytes of a part: `Upload-Checksum` of tus and `Content-Digest` of RFC 9530.
 * @throws HttpProblem 400 for what cannot be read or is not known
 */
export function partChecksums(headers: IncomingHttpHeaders): readonly PartChecksum[] {
  const { content } = readDigests(headers)
  const digest = content === undefined ? [] : [{ algorithm: 'sha256', expected: content, mismatch } as const]
  return [...uploadChecksum(headers['upload-checksum']), ...digest]
}

/** Passes the bytes on, and throws at their end where they are others. */
export async function* checked(
  bytes: AsyncIterable<Uint8Array>,
  checksums: readonly PartChecksum[],
): AsyncGenerator<Uint8Array, void, undefined> {
  const hashes = checksums.map((checksum) => ({ ...checksum, hash: createHash(checksum.algorithm) }))
  for await (const chunk of bytes) {
    for (const { hash } of hashes) hash.update(chunk)
    yield chunk
  }
  for (const { hash, expected, mismatch } of hashes) if (hash.digest('hex') !== expected) throw mismatch()
}

const mismatch = (): Error => new DigestMismatch()

function uploadChecksum(field: string | readonly string[] | undefined): readonly PartChecksum[] {
  if (field === undefined) return []
  const [, name, value = ''] = /^(\S+) ([A-Za-z0-9+/]+={0,2})$/.exec(field.toString()) ?? []
  const algorithm = checksumAlgorithms.find((known) => known === name)
  if (algorithm === undefined) {
    throw new HttpProblem({
      status: 400,
      code: 'malformed_request',
      detail: `Upload-Checksum is not one of ${checksumAlgorithms.join(', ')}, a space and the checksum in base64`,
    })
  }
  return [{ algorithm, expected: Buffer.from(value, 'base64').toString('hex'), mismatch: checksumMismatch }]
}

const checksumMismatch = (): Error =>
  new HttpProblem({
    status: 460,
    code: 'checksum_mismatch',
    detail: 'The bytes that arrived are not those of the Upload-Checksum: nothing of them is kept',
  })
