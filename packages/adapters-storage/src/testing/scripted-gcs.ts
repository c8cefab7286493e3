import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import type { KeyObject } from 'node:crypto'
import { refusalOfSignature } from './v4-signature.ts'
import { Crc32c } from '../gcs/crc32c.ts'

export type Fault =
  /** A reply with this status, and nothing done. */
  | number
  | { readonly status: number; readonly retryAfter: string }
  /** The connection ends before anything is done. */
  | 'reset'
  /** All is done, and the connection ends before the reply. */
  | 'lose-reply'
  /** No reply comes. */
  | 'hang'
  /** A reply comes byte by byte and never ends. */
  | 'drip'
  /** Of a chunk one half is stored, or of a content one half is sent, and the connection ends. */
  | 'half'
  /** Of a chunk one half is stored, and the reply says so. */
  | 'short'
  /** The session is forgotten, with what it had. */
  | 'forget'
  /** Of a content one half is sent, and the connection stays. */
  | 'stall'
  /** Of a content nothing is sent but the head, and the connection ends. */
  | 'empty'
  /** Of a content another range is sent than was asked for. */
  | 'shift'
  /** What is stored has one byte changed. */
  | 'corrupt'

interface KeptObject {
  readonly bytes: Buffer
  readonly generation: string
  readonly timeCreated: string
  readonly metadata: unknown
}

interface Session {
  readonly name: string
  readonly metadata: unknown
  bytes: Buffer
  finished: KeptObject | undefined
}

/** As much of the JSON API of Google Cloud Storage as the store uses, where each request can be made to fail. */
export class ScriptedGcs {
  readonly objects = new Map<string, KeptObject>()
  readonly sessions = new Map<string, Session>()
  /** One line a request, such as 'put bytes 0-4/5'. */
  readonly requests: string[] = []
  /** Decides by that line what goes wrong. */
  fault: (request: string) => Fault | undefined = () => undefined
  bucketExists = true
  /** Which token a request has to bring, but for those to a session. */
  accepts: (token: string | undefined) => boolean = () => true
  /** Those that were brought. */
  readonly tokens = new Set<string>()
  /** What uploads named as `ifGenerationMatch` and `x-goog-hash`. */
  readonly preconditions: (string | null)[] = []
  readonly hashes: (string | undefined)[] = []
  /** What each request for bytes named. */
  readonly reads: { readonly range: string | undefined; readonly generation: string | undefined }[] = []
  /** Whose signed links are taken, and when it is for them. */
  publicKeyOf: (email: string) => KeyObject | undefined = () => undefined
  now = (): Date => new Date()
  /** How long each request takes. */
  delayMs = 0
  readonly #server: Server
  #made = 0

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy())
    })
  }

  static async start(): Promise<ScriptedGcs> {
    const gcs = new ScriptedGcs()
    gcs.#server.listen(0, '127.0.0.1')
    await once(gcs.#server, 'listening')
    return gcs
  }

  async stop(): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }

  get endpoint(): string {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('Not started')
    return `http://127.0.0.1:${address.port}`
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', this.endpoint)
    const body = await buffer(request)
    const line = lineOf(request, url)
    this.requests.push(line)
    const fault = this.fault(line)
    if (this.delayMs > 0) await delay(this.delayMs)
    if (fault === 'hang') return
    if (fault === 'drip') {
      drip(response)
      return
    }
    if (fault === 'reset') response.destroy()
    else if (typeof fault === 'number') reply(response, failure(fault))
    else if (typeof fault === 'object')
      reply(response, { ...failure(fault.status), headers: { 'retry-after': fault.retryAfter } })
    else if (!this.#isAuthorized(request, line)) reply(response, failure(401))
    else if (!this.bucketExists) reply(response, failure(404))
    else if (line === 'link') this.#followLink({ request, url, body, line, fault }, response)
    else if (line === 'get') this.#sendContent({ request, url, body, line, fault }, response)
    else {
      const outcome = this.#outcome({ request, url, body, line, fault })
      if (fault === 'lose-reply' || fault === 'half') response.destroy()
      else reply(response, outcome)
    }
  }

  #isAuthorized({ headers }: IncomingMessage, line: string): boolean {
    const token = headers.authorization?.replace('Bearer ', '')
    const isAccepted = /^(put|cancel|link)/.test(line) || this.accepts(token)
    if (token !== undefined) this.tokens.add(token)
    return isAccepted
  }

  #outcome(asked: Asked): Outcome {
    const { line, url, request } = asked
    if (line === 'begin') return this.#begin(asked)
    if (line === 'cancel') {
      this.sessions.delete(url.searchParams.get('upload_id') ?? '')
      return { status: 499 }
    }
    if (line.startsWith('put')) return this.#put(asked)
    if (line === 'list') return this.#list(url)
    const name = nameIn(url)
    const object = this.objects.get(name)
    if (!object) return failure(404)
    if (request.method === 'DELETE') {
      this.objects.delete(name)
      return { status: 204 }
    }
    return { status: 200, value: resourceOf(name, object) }
  }

  #begin({ url, body }: Asked): Outcome {
    const name = url.searchParams.get('name') ?? ''
    this.preconditions.push(url.searchParams.get('ifGenerationMatch'))
    if (this.#isRefused(name)) return failure(412)
    const id = `session-${++this.#made}`
    const { metadata } = JSON.parse(body.toString()) as { readonly metadata?: unknown }
    this.sessions.set(id, { name, metadata, bytes: Buffer.alloc(0), finished: undefined })
    return { status: 200, headers: { location: `${this.endpoint}/upload/session?upload_id=${id}` } }
  }

  #put({ request, url, body, fault }: Asked): Outcome {
    const uploadId = url.searchParams.get('upload_id') ?? ''
    if (fault === 'forget') this.sessions.delete(uploadId)
    const session = this.sessions.get(uploadId)
    if (!session) return { status: 404 }
    if (session.finished) return { status: 200, value: resourceOf(session.name, session.finished) }
    const [, start, end, total] =
      /^bytes (?:(\d+)-(\d+)|\*)\/(\d+|\*)$/.exec(request.headers['content-range'] ?? '') ?? []
    if (start !== undefined) {
      if (Number(start) !== session.bytes.length || Number(end) - Number(start) + 1 !== body.length)
        return { status: 400 }
      const taken = fault === 'half' || fault === 'short' ? body.subarray(0, body.length >> 1) : body
      session.bytes = Buffer.concat([session.bytes, taken])
    }
    if (total === '*' || total === undefined || session.bytes.length < Number(total)) {
      const stored = session.bytes.length
      return { status: 308, headers: stored > 0 ? { range: `bytes=0-${stored - 1}` } : {} }
    }
    return this.#finish(session, { request, fault })
  }

  #finish(session: Session, { request, fault }: Pick<Asked, 'request' | 'fault'>): Outcome {
    if (this.#isRefused(session.name)) return failure(412)
    const hash = request.headers['x-goog-hash']
    this.hashes.push(typeof hash === 'string' ? hash : undefined)
    if (fault === 'corrupt') session.bytes[0] = (session.bytes[0] ?? 0) ^ 1
    const timeCreated = new Date().toISOString()
    const { bytes, metadata } = session
    session.finished = { bytes, metadata, generation: (++this.#made).toString(), timeCreated }
    this.objects.set(session.name, session.finished)
    return { status: 200, value: resourceOf(session.name, session.finished) }
  }

  /** As `ifGenerationMatch=0` does; a test asserts that each upload asks for it. */
  #isRefused(name: string): boolean {
    return this.objects.has(name)
  }

  /** Two a page, so that there are pages. */
  #list(url: URL): Outcome {
    const prefix = url.searchParams.get('prefix') ?? ''
    const after = url.searchParams.get('pageToken') ?? ''
    const names = [...this.objects.keys()].filter((name) => name.startsWith(prefix) && name > after).sort()
    const page = names.slice(0, 2)
    const items = page.flatMap((name) => {
      const object = this.objects.get(name)
      return object ? [resourceOf(name, object)] : []
    })
    return { status: 200, value: { items, ...(names.length > 2 && { nextPageToken: page[1] }) } }
  }

  #followLink(asked: Asked, response: ServerResponse): void {
    const { request, url } = asked
    const refusal = refusalOfSignature({
      method: request.method ?? '',
      url,
      now: this.now(),
      publicKeyOf: this.publicKeyOf,
    })
    if (refusal !== undefined) {
      reply(response, failure(refusal))
      return
    }
    for (const name of ['content-type', 'content-disposition']) {
      const value = url.searchParams.get(`response-${name}`)
      if (value !== null) response.setHeader(name, value)
    }
    this.#sendContent(asked, response)
  }

  #sendContent({ request, url, fault }: Asked, response: ServerResponse): void {
    const object = this.objects.get(nameIn(url))
    const generation = url.searchParams.get('ifGenerationMatch') ?? undefined
    this.reads.push({ range: request.headers.range, generation })
    if (object && generation !== undefined && generation !== object.generation) {
      reply(response, failure(412))
      return
    }
    const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
    if (!object || Number(start ?? -1) >= object.bytes.length) {
      reply(response, failure(object ? 416 : 404))
      return
    }
    const bytes = start === undefined ? object.bytes : object.bytes.subarray(Number(start), Number(end) + 1)
    const first = fault === 'shift' ? 0 : Number(start)
    response.writeHead(start === undefined ? 200 : 206, {
      'content-length': bytes.length,
      'x-goog-generation': object.generation,
      ...(start !== undefined && {
        'content-range': `bytes ${first}-${first + bytes.length - 1}/${object.bytes.length}`,
      }),
    })
    if (fault === undefined || fault === 'shift') {
      response.end(bytes)
      return
    }
    if (fault === 'empty') response.flushHeaders()
    response.write(bytes.subarray(0, fault === 'empty' ? 0 : bytes.length >> 1), () => {
      if (fault !== 'stall') response.destroy()
    })
  }
}

interface Asked {
  readonly request: IncomingMessage
  readonly url: URL
  readonly body: Buffer
  readonly line: string
  readonly fault: Fault | undefined
}

interface Outcome {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly value?: unknown
}

const failure = (status: number): Outcome => ({
  status,
  value: { error: { code: status, message: 'scripted' } },
})

function lineOf({ method, headers }: IncomingMessage, url: URL): string {
  if (url.pathname.startsWith('/upload/')) {
    if (method === 'POST') return 'begin'
    return method === 'DELETE' ? 'cancel' : `put ${headers['content-range'] ?? ''}`
  }
  if (!url.pathname.startsWith('/storage/')) return 'link'
  if (url.pathname.endsWith('/o')) return 'list'
  if (method === 'DELETE') return 'delete'
  return url.searchParams.get('alt') === 'media' ? 'get' : 'stat'
}

/** Of the JSON API with its slashes encoded, of an address by itself with its bucket before it. */
const nameIn = ({ pathname }: URL): string =>
  decodeURIComponent(
    (pathname.startsWith('/storage/')
      ? pathname.split('/').at(-1)
      : pathname.split('/').slice(2).join('/')) ?? '',
  )

function resourceOf(name: string, { bytes, generation, timeCreated, metadata }: KeptObject) {
  const crc32c = new Crc32c()
  crc32c.update(bytes)
  return { name, generation, timeCreated, metadata, size: bytes.length.toString(), crc32c: crc32c.toString() }
}

function drip(response: ServerResponse): void {
  const { socket } = response
  socket?.write('HTTP/1.1 200 OK\r\nx-drip: ')
  const timer = setInterval(() => socket?.write('.'), 20)
  socket?.once('close', () => {
    clearInterval(timer)
  })
}

function reply(response: ServerResponse, { status, headers, value }: Outcome): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(status === 204 ? undefined : JSON.stringify(value ?? {}))
}
