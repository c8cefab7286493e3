import { createHash } from 'node:crypto'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { UploadBody } from '../route.ts'
import type { ReceivedUpload } from '../uploads/receive-upload.ts'

/** An upload that is told apart by its file, name and fields, and not by the bytes of the form: no two have the same boundary. */
export interface ReadAlong {
  readonly body: UploadBody
  /** `undefined` until the whole upload has been read. */
  readonly text: () => string | undefined
}

export function readAlong(body: UploadBody): ReadAlong {
  let file: readonly (string | null)[] | undefined
  let named: readonly (readonly string[])[] | undefined
  const watched = (upload: ReceivedUpload): ReceivedUpload => {
    const hash = createHash('sha256')
    async function* content(): AsyncGenerator<Uint8Array> {
      for await (const chunk of upload.content) {
        hash.update(chunk)
        yield chunk
      }
      file = [hash.digest('hex'), upload.fileName ?? null]
    }
    const fields = async () => {
      const received = await upload.fields()
      named = Object.entries(received).toSorted(([one], [other]) => (one < other ? -1 : 1))
      return received
    }
    return { ...upload, content: content(), fields }
  }
  return {
    body: { receive: (use) => body.receive((upload) => use(watched(upload))) },
    text: () => file && named && JSON.stringify([file, named]),
  }
}

/** Reads an upload to its end and keeps nothing of it. */
export async function readThrough({ body, text }: ReadAlong): Promise<string | undefined> {
  await body.receive(async ({ content, fields }) => {
    await pipeline(
      content,
      new Writable({
        write: (_chunk, _encoding, done) => {
          done()
        },
      }),
    )
    await fields()
  })
  return text()
}
