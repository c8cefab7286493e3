import { once } from 'node:events'
import { request, type ClientRequest, type IncomingMessage } from 'node:http'
import { json } from 'node:stream/consumers'
import type { Browser } from './browser.ts'

/** An upload on a connection of its own, half of which is sent, and the rest when the test says so. */
export class HeldUpload {
  readonly #bytes: Buffer
  readonly #request: ClientRequest
  readonly #reply: Promise<unknown>

  constructor(origin: string, browser: Browser, bytes: Buffer) {
    this.#bytes = bytes
    this.#request = request(`${origin}/v1/audio/file`, {
      method: 'POST',
      agent: false,
      headers: {
        Cookie: `access_token=${browser.cookie('access_token') ?? ''}`,
        'Sec-Fetch-Site': 'same-origin',
        'Content-Type': 'audio/wav',
        'Content-Length': bytes.length,
      },
    })
    this.#reply = once(this.#request, 'response').then(([reply]) => json(reply as IncomingMessage))
    // A connection that is cut shows in `id`.
    this.#reply.catch(() => undefined)
    this.#request.on('error', () => undefined)
    this.#request.write(bytes.subarray(0, bytes.length / 2))
  }

  sendRest(): void {
    this.#request.end(this.#bytes.subarray(this.#bytes.length / 2))
  }

  /** Of the audio, where it was acknowledged. */
  async id(): Promise<string | undefined> {
    const reply = await this.#reply.catch(() => ({}))
    return (reply as { readonly id?: string }).id
  }
}
