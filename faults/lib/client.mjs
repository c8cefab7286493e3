import { setTimeout as delay } from 'node:timers/promises'
import { sha256Of } from './sound.mjs'

const tus = { 'Tus-Resumable': '1.0.0' }
/** What was begun was acknowledged, so nothing less than its first offset may be told of it. */
const notFound = new Headers({ 'Upload-Offset': '-1', 'Audio-Id': '' })
const password = 'nine green bottles'

/** One user at the API. Each call resolves with the status of the answer, or `undefined` where none came. */
export class Client {
  #url
  #token

  /** Registers the user. */
  static async register(url, name) {
    const client = new Client()
    client.#url = url
    const email = `${name}@example.org`
    await client.#post('/v1/auth/registration', { name, surname: 'Faults', email, password })
    const reply = await client.#post('/v1/auth/login', { email, password, token_delivery: 'body' })
    client.#token = (await reply.json()).access_token
    return client
  }

  get url() {
    return this.#url
  }

  get credentials() {
    return { Authorization: `Bearer ${this.#token}` }
  }

  async #post(path, body) {
    const reply = await fetch(this.#url + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!reply.ok) throw new Error(`${path} answered ${reply.status}: ${await reply.text()}`)
    return reply
  }

  /** Resolves with the answer, read to its end; a connection that breaks before that is no answer. */
  async #answer(path, { headers, ...init } = {}) {
    try {
      const reply = await fetch(this.#url + path, {
        ...init,
        headers: { ...headers, ...this.credentials },
        signal: AbortSignal.timeout(60_000),
      })
      return {
        status: reply.status,
        headers: reply.headers,
        body: Buffer.from(await reply.arrayBuffer()),
      }
    } catch {
      return { status: undefined }
    }
  }

  async #id(answering) {
    const { status, body } = await answering
    return { status, id: status === 201 ? JSON.parse(body).id : undefined }
  }

  uploadForm({ bytes, title }, headers) {
    const form = new FormData()
    form.set('title', title)
    form.set('file', new Blob([bytes], { type: 'audio/wav' }), 'sound.wav')
    return this.#id(this.#answer('/v1/audio/file', { method: 'POST', body: form, headers }))
  }

  uploadRaw({ bytes, title }, headers) {
    const path = `/v1/audio/file?title=${encodeURIComponent(title)}`
    const init = { method: 'POST', body: bytes, headers: { 'Content-Type': 'audio/wav', ...headers } }
    return this.#id(this.#answer(path, init))
  }

  /**
   * In parts, by tus: whatever breaks, it asks how far the upload has come and goes on there, as long as `mayGoOn` says.
   * `onOffset` is told of every offset that was answered.
   */
  async uploadParts({ bytes, title }, { partBytes, mayGoOn, onOffset }) {
    const upload = await this.beginUpload(bytes.length, title)
    if (upload === undefined) return { status: undefined }
    for (let offset = 0; ;) {
      const { status, headers } = await this.#continueUpload(
        upload,
        offset,
        bytes.subarray(offset, offset + partBytes),
      )
      const told = status < 300 ? headers : await this.#askUpload(upload, mayGoOn)
      if (told === undefined) return { status }
      onOffset(Number(told.get('Upload-Offset')))
      const id = told.get('Audio-Id')
      if (id !== null) return { status: 201, id }
      offset = Number(told.get('Upload-Offset'))
    }
  }

  async beginUpload(length, title) {
    const metadata = `title ${Buffer.from(title).toString('base64')}`
    const { status, headers } = await this.#answer('/v1/audio/uploads', {
      method: 'POST',
      headers: { ...tus, 'Upload-Length': `${length}`, 'Upload-Metadata': metadata },
    })
    return status === 201 ? headers.get('Location') : undefined
  }

  #continueUpload(upload, offset, body) {
    const headers = {
      ...tus,
      'Upload-Offset': `${offset}`,
      'Content-Type': 'application/offset+octet-stream',
    }
    return this.#answer(upload, { method: 'PATCH', body, headers })
  }

  /** Resolves with what the server says of it; throws where it knows nothing of what it had begun. */
  async #askUpload(upload, mayGoOn) {
    while (mayGoOn()) {
      const { status, headers } = await this.#answer(upload, { method: 'HEAD', headers: tus })
      if (status === 200) return headers
      if (status === 404) return notFound
      await delay(50)
    }
    return undefined
  }

  async read(id) {
    const { status, body } = await this.#answer(`/v1/audio/file/${id}`)
    return { status, sha256: status === 200 ? sha256Of(body) : undefined }
  }

  async rename(id, title) {
    const headers = { 'Content-Type': 'application/json' }
    const init = { method: 'PATCH', body: JSON.stringify({ title }), headers }
    return (await this.#answer(`/v1/audio/file/${id}`, init)).status
  }

  async remove(id) {
    return (await this.#answer(`/v1/audio/file/${id}`, { method: 'DELETE' })).status
  }

  /** All that is listed, as the API shows it. */
  async list() {
    const items = []
    for (let cursor = ''; cursor !== null;) {
      const { status, body } = await this.#answer(`/v1/audio/?limit=100${cursor && `&cursor=${cursor}`}`)
      if (status !== 200) throw new Error(`The list answered ${status}: ${body}`)
      const page = JSON.parse(body)
      items.push(...page.items)
      cursor = page.next_cursor
    }
    return items
  }
}
