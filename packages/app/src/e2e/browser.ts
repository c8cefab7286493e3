/** A client as browsers are: keeps cookies, sends them back, and says where a request comes from. */
export class Browser {
  readonly #origin: string
  readonly #cookies = new Map<string, string>()

  constructor(origin: string) {
    this.#origin = origin
  }

  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const url = new URL(path, this.#origin)
    const headers = new Headers(init.headers)
    const isOurs = url.origin === this.#origin
    if (isOurs && this.#cookies.size > 0) headers.set('Cookie', this.#cookieHeader())
    if (!headers.has('Sec-Fetch-Site')) headers.set('Sec-Fetch-Site', 'same-origin')
    const response = await fetch(url, { redirect: 'manual', ...init, headers })
    if (isOurs) for (const line of response.headers.getSetCookie()) this.#keep(line)
    return response
  }

  json(method: string, path: string, body?: unknown): Promise<Response> {
    const init = body === undefined ? {} : { body: JSON.stringify(body) }
    return this.fetch(path, { method, ...init, headers: { 'Content-Type': 'application/json' } })
  }

  upload(
    bytes: Uint8Array,
    fileName: string,
    fields: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    const form = new FormData()
    for (const [name, value] of Object.entries(fields)) form.set(name, value)
    form.set('file', new Blob([new Uint8Array(bytes)], { type: 'audio/mpeg' }), fileName)
    return this.fetch('/v1/audio/file', { method: 'POST', body: form })
  }

  cookie(name: string): string | undefined {
    return this.#cookies.get(name)
  }

  setCookie(name: string, value: string): void {
    this.#cookies.set(name, value)
  }

  #cookieHeader(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(/;\s*/)
    const name = pair.slice(0, pair.indexOf('='))
    const isGone = attributes.some((attribute) => /^max-age=0$/i.test(attribute))
    if (isGone) this.#cookies.delete(name)
    else this.#cookies.set(name, pair.slice(name.length + 1))
  }
}
