import { request } from 'node:http'
import { cp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { Browser } from './browser.ts'
import { hasNginx, startNginx, type NginxProcess } from './nginx-process.ts'
import { password, readSample, startTestServer, type TestServer } from './test-server.ts'

const isRequired = process.env['CI'] === 'true' && process.env['REQUIRE_SERVICES'] === '1'
if (hasNginx || isRequired) describe('contents sent by nginx', sentByNginx)

interface RequestLine {
  readonly route?: string
  readonly bytes: number
}

function sentByNginx(): void {
  const player = 'https://player.example.org'
  let server: TestServer
  let nginx: NginxProcess
  let ann: Browser
  let sample: Buffer
  let location: string

  before(async () => {
    server = await startTestServer({
      CONTENT_DELIVERY: 'x-accel',
      TRUSTED_PROXIES: 'loopback',
      CORS_ORIGINS: player,
    })
    nginx = await startNginx({ appOrigin: server.origin, audioFolder: audioFolder() })
    ann = new Browser(nginx.origin)
    const account = { name: 'Ann', surname: 'Lee', email: 'ann@example.org', password }
    await ann.json('POST', '/v1/auth/registration', account)
    const { email } = account
    expect((await ann.json('POST', '/v1/auth/login', { email, password })).status).to.equal(200)
    sample = await readSample('spoken/vbr-cover.mp3')
    location = await upload()
    // Restored from a backup, say: what nginx believes of the file must not matter.
    const longAgo = new Date('1999-01-01T00:00:00Z')
    await utimes(path.join(audioFolder(), fileOf(location)), longAgo, longAgo)
  })
  after(async () => {
    await nginx.close()
    await server.close()
  })

  const audioFolder = (): string => path.join(server.dataFolder, 'audio')
  const upload = async (): Promise<string> =>
    (await ann.upload(sample, 'été.mp3')).headers.get('location') ?? expect.fail()
  const fileOf = (audio: string): string => {
    const id = audio.split('/').at(-1) ?? ''
    return path.join(id.slice(-2), id.slice(-4, -2), id)
  }
  const get = (headers: Record<string, string> = {}, query = ''): Promise<Response> =>
    ann.fetch(`${location}${query}`, { headers })
  const bytesOf = async (reply: Response): Promise<Buffer> => Buffer.from(await reply.arrayBuffer())
  /** How many bytes the app sent for the last download. */
  const sentByApp = (): number => {
    const lines = server.logged.map((line) => JSON.parse(line) as RequestLine)
    return lines.findLast(({ route }) => route === '/v1/audio/file/{id}')?.bytes ?? expect.fail()
  }
  const headersOf = ({ headers }: Response): Record<string, string> => {
    const ofTheConnection = [
      'date',
      'connection',
      'server',
      'x-request-id',
      'transfer-encoding',
      'keep-alive',
    ]
    return Object.fromEntries([...headers].filter(([name]) => !ofTheConnection.includes(name)))
  }

  it('go past the app, and have every header that the app would have sent', async () => {
    for (const query of ['', '?download']) {
      const whole = await get({ Origin: player }, query)
      expect(whole.status).to.equal(200)
      expect(await bytesOf(whole)).to.deep.equal(sample)
      expect(sentByApp()).to.be.below(sample.length / 2)
      const described = await ann.fetch(`${location}${query}`, {
        method: 'HEAD',
        headers: { Origin: player },
      })
      expect(headersOf(whole)).to.deep.equal(headersOf(described))
      expect(whole.headers.get('x-request-id')).to.match(/^[\w-]{36}$/)
      expect(whole.headers.get('access-control-allow-origin')).to.equal(player)
    }
  })

  const ranges: [range: string, first: number, last: number][] = [
    ['bytes=0-9', 0, 9],
    ['bytes=100-', 100, -1],
    ['bytes=-5', -5, -1],
    ['bytes=0-999999999', 0, -1],
  ]
  for (const [range, first, last] of ranges) {
    for (const condition of [undefined, 'ETag', 'Last-Modified']) {
      it(`are cut as ${range}${condition ? ` where the ${condition} is the same` : ''}`, async () => {
        const known = condition && (await ann.fetch(location, { method: 'HEAD' })).headers.get(condition)
        const reply = await get({ Range: range, ...(known && { 'If-Range': known }) })
        const from = first < 0 ? sample.length + first : first
        const to = last < 0 ? sample.length + last : last
        expect(reply.status).to.equal(206)
        expect(reply.headers.get('content-range')).to.equal(`bytes ${from}-${to}/${sample.length}`)
        expect(reply.headers.get('content-length')).to.equal(String(to - from + 1))
        expect(await bytesOf(reply)).to.deep.equal(sample.subarray(from, to + 1))
        expect(reply.headers.get('etag')).to.equal((await get()).headers.get('etag'))
      })
    }
  }

  it('come whole where they are not what the range was of', async () => {
    for (const other of ['"other"', 'Sat, 01 Jan 2000 00:00:00 GMT']) {
      const reply = await get({ Range: 'bytes=0-9', 'If-Range': other })
      expect(reply.status).to.equal(200)
      expect(await bytesOf(reply)).to.deep.equal(sample)
    }
  })

  it('come in several ranges', async () => {
    const reply = await get({ Range: 'bytes=0-3,10-12' })
    expect(reply.status).to.equal(206)
    expect(reply.headers.get('content-type')).to.match(/^multipart\/byteranges; boundary=/)
    const body = await bytesOf(reply)
    for (const [from, to] of [
      [0, 3],
      [10, 12],
    ] as const) {
      const part = Buffer.concat([
        Buffer.from(`Content-Range: bytes ${from}-${to}/${sample.length}\r\n\r\n`),
        sample.subarray(from, to + 1),
      ])
      expect(body.includes(part)).to.equal(true)
    }
  })

  it('are refused and left away by the conditions of the app', async () => {
    const { headers } = await get()
    const [etag, lastModified] = [headers.get('etag') ?? '', headers.get('last-modified') ?? '']
    const cases: [Record<string, string>, number][] = [
      [{ 'If-None-Match': etag }, 304],
      [{ 'If-None-Match': '"other"' }, 200],
      [{ 'If-None-Match': '"other"', 'If-Modified-Since': lastModified }, 200],
      [{ 'If-Modified-Since': lastModified }, 304],
      [{ 'If-Modified-Since': 'Sat, 01 Jan 2000 00:00:00 GMT' }, 200],
      [{ 'If-Modified-Since': 'Fri, 01 Jan 1999 00:00:00 GMT' }, 200],
      [{ 'If-Match': etag }, 200],
      [{ 'If-Match': '"other"' }, 412],
      [{ 'If-Unmodified-Since': lastModified }, 200],
      [{ 'If-Unmodified-Since': 'Sat, 01 Jan 2000 00:00:00 GMT' }, 412],
      [{ Range: 'bytes=999999999-' }, 416],
      [{ Range: 'bytes=9-0' }, 200],
      [{ Range: 'lines=0-9' }, 200],
    ]
    for (const [conditions, status] of cases) {
      const reply = await get(conditions)
      expect(reply.status, JSON.stringify(conditions)).to.equal(status)
      const body = await bytesOf(reply)
      if (status === 200) expect(body.equals(sample), JSON.stringify(conditions)).to.equal(true)
      if (status === 304) expect(body).to.have.length(0)
      if (status > 400) expect(reply.headers.get('content-type')).to.equal('application/problem+json')
    }
  })

  it('are for nobody else, and the refusals are those of the app', async () => {
    const stranger = new Browser(nginx.origin)
    const absent = location.replace(/.{4}$/, '0000')
    for (const [client, place, status] of [
      [stranger, location, 401],
      [ann, absent, 404],
    ] as const) {
      const reply = await client.fetch(place)
      expect(reply.status).to.equal(status)
      expect(await reply.json()).to.include({ status })
    }
  })

  it('come from the app itself to whoever goes past nginx', async () => {
    const direct = await startTestServer({ CONTENT_DELIVERY: 'x-accel', TRUSTED_PROXIES: '192.0.2.1' })
    try {
      const bob = await direct.signedIn('bob')
      const place = (await bob.upload(sample, 'song.mp3')).headers.get('location') ?? expect.fail()
      const reply = await bob.fetch(place)
      expect(reply.status).to.equal(200)
      expect(reply.headers.has('x-accel-redirect')).to.equal(false)
      expect(await bytesOf(reply)).to.deep.equal(sample)
    } finally {
      await direct.close()
    }
  })

  it('cannot be reached past the app', async () => {
    const file = fileOf(location)
    expect(await readdir(path.join(audioFolder(), path.dirname(file)))).to.include(path.basename(file))
    for (const place of [
      `/internal/audio/${file}`,
      `//internal/audio/${file}`,
      `/internal//audio/${file}`,
      `/%69nternal/audio/${file}`,
      `/internal%2Faudio/${file}`,
      `/./internal/audio/${file}`,
      `/v1/../internal/audio/${file}`,
      `/internal/audio../config`,
    ]) {
      const { status, body } = await rawGet(nginx.origin, place)
      expect(status, place).to.be.within(400, 404)
      expect(body.includes(sample.subarray(0, 100)), place).to.equal(false)
    }
  })

  it('are gone when they are deleted', async () => {
    const deleted = await upload()
    expect((await ann.fetch(deleted)).status).to.equal(200)
    expect((await ann.fetch(deleted, { method: 'DELETE' })).status).to.equal(204)
    const reply = await ann.fetch(deleted)
    expect(reply.status).to.equal(404)
    expect(await reply.json()).to.include({ code: 'audio_not_found' })
  })

  it('are not what a link in their place leads to', async () => {
    const planted = await upload()
    const file = path.join(audioFolder(), fileOf(planted))
    const secret = path.join(server.dataFolder, 'secret')
    // The app keeps a file open for a while, so that it hands over what nginx alone can refuse.
    expect(await bytesOf(await ann.fetch(planted))).to.deep.equal(sample)
    await cp(file, secret)
    await rm(file)
    await writeFile(secret, 'what nobody may read')
    await symlink(secret, file)
    const reply = await ann.fetch(planted)
    expect(reply.status).to.equal(403)
    expect(await reply.text()).to.not.include('nobody')
  })

  it('are written while they arrive', async () => {
    const form = new FormData()
    form.set('file', new Blob([new Uint8Array(sample)]), 'song.mp3')
    const asked = new Request(new URL('/v1/audio/file', nginx.origin), { method: 'POST', body: form })
    const body = Buffer.from(await asked.arrayBuffer())
    const half = body.subarray(0, body.length / 2)
    let go = (): void => undefined
    const rest = new Promise<void>((resolve) => (go = resolve))
    const pieces = async function* (): AsyncGenerator<Uint8Array> {
      yield half
      await rest
      yield body.subarray(half.length)
    }
    const headers = { 'Content-Type': asked.headers.get('content-type') ?? '' }
    const init = { method: 'POST', headers, body: ReadableStream.from(pieces()), duplex: 'half' }
    const uploading = ann.fetch('/v1/audio/file', init as RequestInit)
    while (!(await readdir(audioFolder(), { recursive: true })).some((name) => name.endsWith('.partial'))) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    go()
    expect((await uploading).status).to.equal(201)
  })
}

/** A path as it is: clients that mean well would tidy it up. */
function rawGet(origin: string, place: string): Promise<{ readonly status: number; readonly body: Buffer }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(origin)
    request({ hostname, port, path: place }, (reply) => {
      const chunks: Buffer[] = []
      reply.on('data', (chunk: Buffer) => chunks.push(chunk))
      reply.on('end', () => {
        resolve({ status: reply.statusCode ?? 0, body: Buffer.concat(chunks) })
      })
    })
      .on('error', reject)
      .end()
  })
}
