import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

export const serviceAccount = 'audio@project.iam.gserviceaccount.com'

/**
 * The metadata server of a machine of Google's
 * (https://cloud.google.com/compute/docs/metadata/overview), as far as tokens go: each `token-` and something else.
 */
export class ScriptedMetadata {
  fault: 'hang' | number | undefined
  /** How long a token says that it lives. */
  expiresInSeconds = 3600
  readonly #server: Server
  readonly #before: Readonly<Record<string, string | undefined>>

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#answer(request, response)
    })
    this.#before = Object.fromEntries(names.map((name) => [name, process.env[name]]))
  }

  /** From then on the client library takes this process for one on such a machine. */
  static async start(): Promise<ScriptedMetadata> {
    const metadata = new ScriptedMetadata()
    metadata.#server.listen(0, '127.0.0.1')
    await once(metadata.#server, 'listening')
    const address = metadata.#server.address()
    if (address === null || typeof address === 'string') throw new Error('No port')
    delete process.env['GOOGLE_APPLICATION_CREDENTIALS']
    process.env['GCE_METADATA_HOST'] = `127.0.0.1:${address.port}`
    process.env['METADATA_SERVER_DETECTION'] = 'assume-present'
    return metadata
  }

  async stop(): Promise<void> {
    for (const [name, value] of Object.entries(this.#before)) {
      if (value === undefined) Reflect.deleteProperty(process.env, name)
      else process.env[name] = value
    }
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }

  #answer({ url = '' }: IncomingMessage, response: ServerResponse): void {
    const path = url.replace(/^\/computeMetadata\/v1\//, '').replace(/\?.*/, '')
    const value = this.#valueOf(path)
    if (this.fault === 'hang' && path.endsWith('/token')) return
    if (typeof this.fault === 'number' && path.endsWith('/token')) response.statusCode = this.fault
    else if (value === undefined) response.statusCode = 404
    response.setHeader('metadata-flavor', 'Google')
    response.end(value ?? '')
  }

  #valueOf(path: string): string | undefined {
    if (path === 'project/project-id') return 'project'
    if (path === 'instance/service-accounts/default/email') return serviceAccount
    if (path === 'universe/universe-domain') return 'googleapis.com'
    if (path !== 'instance/service-accounts/default/token') return undefined
    const token = { access_token: `token-${randomUUID()}`, expires_in: this.expiresInSeconds }
    return JSON.stringify({ ...token, token_type: 'Bearer' })
  }
}

const names = ['GOOGLE_APPLICATION_CREDENTIALS', 'GCE_METADATA_HOST', 'METADATA_SERVER_DETECTION']
