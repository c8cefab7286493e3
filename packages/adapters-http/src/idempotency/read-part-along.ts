import { createHash } from 'node:crypto'
import type { OpenPart, ReceivedPart } from '../route.ts'
import type { ReadAlong } from './read-along.ts'

/** A part is told apart by its bytes. */
export function readPartAlong(part: ReceivedPart): ReadAlong<ReceivedPart> {
  let sha256: string | undefined
  const open: ReceivedPart['open'] = (options) => {
    const body = part.open(options)
    async function* watched(): AsyncGenerator<Uint8Array> {
      const hash = createHash('sha256')
      for await (const chunk of body.bytes) {
        hash.update(chunk)
        yield chunk
      }
      // Who keeps what had come of a body is shown its end all the same.
      if (!body.cut) sha256 = hash.digest('hex')
    }
    return watching(body, watched())
  }
  return {
    body: { ...part, open },
    text: () => sha256,
    readThrough: async () => {
      const body = open({ atCut: 'fail', isForgotten: true })
      try {
        for await (const _ of body.bytes) continue
      } finally {
        body.stop()
      }
    },
  }
}

const watching = (body: OpenPart, bytes: AsyncIterable<Uint8Array>): OpenPart => ({
  bytes,
  get cut() {
    return body.cut
  },
  stop: () => {
    body.stop()
  },
  interrupt: (error) => {
    body.interrupt(error)
  },
})
