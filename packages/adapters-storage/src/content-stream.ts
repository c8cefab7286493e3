import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { StorageUnavailable } from '@audiohost/core'

export interface ExpectedContent {
  readonly sizeBytes: number
  readonly idleTimeoutMs: number
}

/** Passes the body of a reply on, and fails where it stalls, breaks off or has another length than it should. */
export function streamOf(response: IncomingMessage, expected: ExpectedContent): Readable {
  let receivedBytes = 0
  let stall: NodeJS.Timeout | undefined
  const fail = (message: string, cause?: unknown): void => {
    stream.destroy(new StorageUnavailable({ cause: new Error(message, { cause }) }))
  }

  const stream = new Readable({
    read() {
      // Runs only while somebody waits for bytes: a slow reader is no fault of the storage.
      stall ??= setTimeout(() => {
        fail('The content does not go on')
      }, expected.idleTimeoutMs)
      response.resume()
    },
    destroy(error, callback) {
      clearTimeout(stall)
      response.destroy()
      if (response.closed) callback(error)
      else
        response.once('close', () => {
          callback(error)
        })
    },
  })

  response.on('data', (piece: Buffer) => {
    receivedBytes += piece.length
    clearTimeout(stall)
    stall = undefined
    if (!stream.push(piece)) response.pause()
  })
  response.pause()
  response.once('end', () => {
    if (receivedBytes === expected.sizeBytes) stream.push(null)
    else fail(`The content ended after ${receivedBytes} of ${expected.sizeBytes} bytes`)
  })
  response.once('error', (cause) => {
    fail('The content broke off', cause)
  })
  return stream
}
