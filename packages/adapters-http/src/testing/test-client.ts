import { expectDocumented } from './documented-replies.ts'
import { expectContractCookie, expectSafeHeaders } from './expect-safe-headers.ts'

export interface TestRequest {
  readonly json?: unknown
  readonly body?: string | Buffer | FormData | ReadableStream | undefined
  readonly headers?: Readonly<Record<string, string>>
}

export interface TestReply {
  readonly status: number
  readonly headers: Headers
  readonly setCookies: readonly string[]
  readonly bytes: Buffer
  readonly text: string
  readonly body: Readonly<Record<string, unknown>>
}

export interface TestService {
  readonly origin: string
  readonly publicUrl: URL
  /** Everything that has been sent to any client, for canaries. */
  readonly sent: TestReply[]
}

/** A browser as far as cookies go. Every reply that it gets is held against the OpenAPI document and the header rules. */
export class TestClient {
  readonly #service: TestService
  readonly cookies = new Map<string, string>()
  /** Sent as a Bearer token where it is set. */
  bearer: string | undefined

  constructor(service: TestService) {
    this.#service = service
  }

  get = (path: string, request?: TestRequest): Promise<TestReply> => this.send('GET', path, request)
  post = (path: string, request?: TestRequest): Promise<TestReply> => this.send('POST', path, request)
  put = (path: string, request?: TestRequest): Promise<TestReply> => this.send('PUT', path, request)
  patch = (path: string, request?: TestRequest): Promise<TestReply> => this.send('PATCH', path, request)
  delete = (path: string, request?: TestRequest): Promise<TestReply> => this.send('DELETE', path, request)

  async send(method: string, path: string, request: TestRequest = {}): Promise<TestReply> {
    const { origin, publicUrl, sent } = this.#service
    const response = await fetch(`${origin}${path}`, {
      method,
      redirect: 'manual',
      headers: this.#headersFor(request),
      body: request.json === undefined ? (request.body ?? null) : JSON.stringify(request.json),
      duplex: 'half',
    })
    const reply = await readReply(response)
    this.#keepCookies(reply.setCookies)
    sent.push(reply)
    expectSafeHeaders(reply.headers, publicUrl, isMediaRequest(method, path))
    for (const cookie of reply.setCookies) expectContractCookie(cookie, publicUrl)
    expectDocumented({
      method,
      path: path.split('?')[0] ?? '',
      status: reply.status,
      contentType: reply.headers.get('content-type') ?? '',
      text: reply.text,
    })
    return reply
  }

  #headersFor({ json, headers }: TestRequest): Record<string, string> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    return {
      ...(cookie !== '' && { Cookie: cookie }),
      ...(this.bearer !== undefined && { Authorization: `Bearer ${this.bearer}` }),
      ...(json !== undefined && { 'Content-Type': 'application/json' }),
      ...headers,
    }
  }

  #keepCookies(headers: readonly string[]): void {
    for (const header of headers) {
      const [, name = '', value = '', life = ''] = /^([^=]+)=([^;]*); Max-Age=(\d+)/.exec(header) ?? []
      if (life === '0') this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
  }
}

const isMediaRequest = (method: string, path: string): boolean =>
  ['GET', 'HEAD'].includes(method) && /^\/v1\/audio\/file\/[^/?]+\/?(\?|$)/.test(path)

async function readReply(response: Response): Promise<TestReply> {
  const bytes = Buffer.from(await response.arrayBuffer())
  const text = bytes.toString()
  const isJson = text !== '' && /[/+]json/.test(response.headers.get('content-type') ?? '')
  return {
    status: response.status,
    headers: response.headers,
    setCookies: response.headers.getSetCookie(),
    bytes,
    text,
    body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
  }
}
