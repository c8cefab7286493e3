import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'

/** One for all tests of a process: making a pair takes a while. */
export const keyPair = generateKeyPairSync('rsa', { modulusLength: 2048 })

/** `signBlob` of the IAM credentials API, for whoever brings a token. */
export class ScriptedIam {
  /** The accounts for which something was signed. */
  readonly signedFor: string[] = []
  fault: number | 'hang' | undefined
  readonly #server: Server

  private constructor(privateKey: KeyObject) {
    this.#server = createServer((request, response) => {
      this.#answer(request, response, privateKey).catch(() => response.destroy())
    })
  }

  static async start(privateKey: KeyObject = keyPair.privateKey): Promise<ScriptedIam> {
    const iam = new ScriptedIam(privateKey)
    iam.#server.listen(0, '127.0.0.1')
    await once(iam.#server, 'listening')
    return iam
  }

  async stop(): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }

  get endpoint(): string {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('Not started')
    return `http://127.0.0.1:${address.port}/v1/projects/-/serviceAccounts/`
  }

  async #answer(request: IncomingMessage, response: ServerResponse, privateKey: KeyObject): Promise<void> {
    const body = await text(request)
    const [, email] = /\/serviceAccounts\/([^:/]+):signBlob$/.exec(request.url ?? '') ?? []
    if (this.fault === 'hang') return
    const isSigned = request.method === 'POST' && request.headers.authorization?.startsWith('Bearer token-')
    if (this.fault !== undefined || email === undefined || isSigned !== true) {
      response.writeHead(this.fault ?? 401).end(JSON.stringify({ error: { message: 'scripted' } }))
      return
    }
    this.signedFor.push(decodeURIComponent(email))
    const { payload } = JSON.parse(body) as { readonly payload: string }
    const signedBlob = createSign('RSA-SHA256')
      .update(Buffer.from(payload, 'base64'))
      .sign(privateKey, 'base64')
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ keyId: 'key', signedBlob }))
  }
}
