import { createHash } from 'node:crypto'
import type { UploadBody } from '../route.ts'
import type { ReceivedUpload } from '../uploads/receive-upload.ts'

/** A body that is no value, and what tells it apart once somebody has read it. */
export interface ReadAlong {
  readonly body: UploadBody
  /** `undefined` until the whole body has been read. */
  readonly text: () => string | undefined
  /** Reads the body to its end and keeps nothing of it. */
  readonly readThrough: () => Promise<void>
}

/** An upload is told apart by its file, name and fields, and not by the bytes of the form: no two have the same boundary. */
export function readUploadAlong(body: UploadBody): ReadAlong {
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
  const receive: UploadBody['receive'] = (use) => body.receive((upload) => use(watched(upload)))
  return {
    body: { receive },
    text: () => file && named && JSON.stringify([file, named]),
    readThrough: () =>
      receive(async ({ content, fields }) => {
        for await (const _ of content) continue
        await fields()
      }),
  }
}
