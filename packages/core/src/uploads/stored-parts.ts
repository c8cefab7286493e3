import { createHash } from 'node:crypto'
import type { AudioContentStore } from '../audio/audio-content-store.ts'
import { UploadDamaged } from '../errors.ts'
import type { UploadPart } from './upload.ts'

type Contents = Pick<AudioContentStore, 'open'>

/** The bytes of the parts, one after the other. @throws UploadDamaged where a part is not what was stored, at its end */
export async function* bytesOfParts(
  contents: Contents,
  parts: readonly UploadPart[],
): AsyncGenerator<Uint8Array, void, undefined> {
  for (const { id, sha256 } of parts) {
    const stored = await contents.open(id)
    if (!stored) throw new UploadDamaged('missing', id)
    const hash = createHash('sha256')
    for await (const chunk of stored as AsyncIterable<Uint8Array>) {
      hash.update(chunk)
      yield chunk
    }
    if (hash.digest('hex') !== sha256) throw new UploadDamaged('corrupt', id)
  }
}

/** Reads them to their end. @throws UploadDamaged */
export async function requireWholeParts(contents: Contents, parts: readonly UploadPart[]): Promise<void> {
  const bytes = bytesOfParts(contents, parts)
  let step = await bytes.next()
  while (step.done !== true) step = await bytes.next()
}
