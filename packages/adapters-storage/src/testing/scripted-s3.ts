import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { failure, ScriptedS3Bucket, type Asked, type Reply } from './scripted-s3-bucket.ts'

export type Fault =
  /** A reply with this status, and nothing done. */
  | number
  /** The same with a code of S3's. */
  | { readonly status: number; readonly code: string }
  /** The connection ends before anything is read. */
  | 'reset'
  /** The connection ends in the middle of the request's body. */
  | 'cut'
  /** All is done, and the connection ends before the reply. */
  | 'lose-reply'
  /** All is done, and the connection ends in the middle of the reply. */
  | 'half'
  /** Of a content one half is sent, and the connection stays. */
  | 'stall'
  /** No reply comes. */
  | 'hang'
  /** What comes in has one byte changed. */
  | 'corrupt'
  /** What is kept has one byte less, or one other byte. */
  | 'shorten'
  | 'rot'
  /** A reply of status 200 whose body tells of an error, and nothing done. */
  | 'error-in-200'

/** A bucket behind HTTP, where each request can be made to fail. It does not look at signatures. */
export class ScriptedS3 {
  readonly bucket = new ScriptedS3Bucket()
  /** One line a request, such as 'part 2'. */
  readonly requests: string[] = []
  /** Decides by that line what goes wrong. */
  fault: (request: string) => Fault | undefined = () => undefined
  bucketExists = true
  readonly #server: Server

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy())
    })
  }

  static async start(): Promise<ScriptedS3> {
    const s3 = new ScriptedS3()
    s3.#server.listen(0, '127.0.0.1')
    await once(s3.#server, 'listening')
    return s3
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
    const line = lineOf(request, url.searchParams)
    this.requests.push(line)
    const fault = this.fault(line)
    if (fault === 'reset') {
      response.destroy()
      return
    }
    if (fault === 'cut') {
      await once(request, 'data')
      response.destroy()
      return
    }
    const body = await buffer(request)
    if (fault === 'hang') return
    if (fault === 'corrupt') body[0] = (body[0] ?? 0) ^ 1
    const [, key = ''] = /^\/[^/]+\/(.*)$/.exec(decodeURIComponent(url.pathname)) ?? []
    const reply = this.#replyTo({ line, key, query: url.searchParams, headers: request.headers, body }, fault)
    send(response, reply, { fault, hasBody: request.method !== 'HEAD' })
  }

  #replyTo(asked: Asked, fault: Fault | undefined): Reply {
    if (typeof fault === 'number') return failure(fault)
    if (typeof fault === 'object') return failure(fault.status, fault.code)
    if (fault === 'error-in-200') return { ...failure(200, 'InternalError'), status: 200 }
    if (!this.bucketExists) return failure(404, 'NoSuchBucket')
    const reply = this.bucket.answer(asked)
    const kept = this.bucket.objects.get(asked.key)
    if (fault === 'shorten' && kept) kept.bytes = kept.bytes.subarray(1)
    if (fault === 'rot' && kept) kept.sum = 'AAAAAA=='
    return reply
  }
}

function send(
  response: ServerResponse,
  { status, headers, body = '' }: Reply,
  { fault, hasBody }: { readonly fault: Fault | undefined; readonly hasBody: boolean },
): void {
  if (fault === 'lose-reply') {
    response.destroy()
    return
  }
  const bytes = Buffer.from(body)
  response.writeHead(status, {
    ...(status !== 204 && { 'content-length': bytes.length }),
    ...headers,
  })
  if (fault !== 'half' && fault !== 'stall') {
    response.end(hasBody ? bytes : undefined)
    return
  }
  response.write(bytes.subarray(0, bytes.length >> 1), () => {
    if (fault === 'half') response.destroy()
  })
}

function lineOf({ method }: IncomingMessage, query: URLSearchParams): string {
  if (query.has('list-type')) return 'list'
  if (query.has('uploads')) return method === 'GET' ? 'uploads' : 'begin'
  if (query.has('partNumber')) return `part ${query.get('partNumber')}`
  if (query.has('uploadId')) return method === 'POST' ? 'complete' : 'abort'
  return (method ?? '').toLowerCase()
}
