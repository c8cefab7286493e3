import { expect } from 'chai'
import type { Browser } from './browser.ts'
import { password, readSample, startTestServer, type TestServer } from './test-server.ts'

const most = Number.MAX_SAFE_INTEGER

describe('values at their bounds, with PostgreSQL', () => {
  let server: TestServer
  let admin: Browser
  let adminId: string
  before(async () => {
    server = await startTestServer({ MAX_UPLOAD_BYTES: most.toString() })
    admin = await server.administrator('ada')
    const me = (await (await admin.fetch('/v1/auth/me')).json()) as { id: string }
    adminId = me.id
  })
  after(() => server.close())

  for (const limit of [0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32, most]) {
    it(`sets a quota of ${limit}`, async () => {
      const quota = { quota_bytes: limit, quota_files: limit }
      const reply = await admin.json('PUT', `/v1/user/${adminId}/quota`, quota)
      expect(reply.status).to.equal(200)
      expect(await reply.json()).to.deep.equal(quota)
      expect(await (await admin.fetch('/v1/auth/me/usage')).json()).to.include(quota)
    })
  }

  for (const limit of [-1, 0.5, most + 1, 1e300]) {
    it(`refuses a quota of ${limit}, field by field`, async () => {
      const reply = await admin.json('PUT', `/v1/user/${adminId}/quota`, {
        quota_bytes: limit,
        quota_files: limit,
      })
      expect(reply.status).to.equal(422)
      const { errors } = (await reply.json()) as { errors: { path: string }[] }
      expect(errors.map(({ path }) => path)).to.deep.equal(['/quota_bytes', '/quota_files'])
    })
  }

  const lists = ['/v1/audio/', '/v1/user/', '/v1/auth/sessions']
  for (const [limit, status] of [
    ['1', 200],
    ['100', 200],
    ['0', 422],
    ['-1', 422],
    ['101', 422],
    ['2147483648', 422],
    ['9223372036854775808', 422],
    ['1e1', 422],
    ['', 422],
  ] as const) {
    it(`answers ${status} to limit=${limit} on every list`, async () => {
      for (const list of lists) expect((await admin.fetch(`${list}?limit=${limit}`)).status).to.equal(status)
    })
  }

  for (const [moment, status] of [
    ['0001-01-01', 200],
    ['0000-01-01', 200],
    ['9999-12-31', 200],
    ['9999-12-31T23:59:59-23:59', 200],
    ['0000-01-01T00:00:00%2B23:59', 200],
    ['10000-01-01', 422],
    ['-000001-01-01', 422],
    ['2026-02-30', 422],
  ] as const) {
    it(`answers ${status} to a list from ${moment} on, and until then`, async () => {
      for (const bound of ['created_from', 'created_to']) {
        expect((await admin.fetch(`/v1/audio/?${bound}=${moment}`)).status).to.equal(status)
      }
    })
  }

  const begin = (length: string): Promise<Response> =>
    admin.fetch('/v1/audio/uploads', {
      method: 'POST',
      headers: { 'Tus-Resumable': '1.0.0', 'Upload-Length': length },
    })

  it('begins an upload of the greatest length, one at a time, and counts it', async () => {
    await admin.json('PUT', `/v1/user/${adminId}/quota`, { quota_bytes: null, quota_files: null })
    const upload = await begin(most.toString())
    expect(upload.status).to.equal(201)
    expect((await begin('1')).status).to.equal(507)
    expect(await (await admin.fetch('/v1/auth/me/usage')).json()).to.include({ reserved_bytes: most })
    const headers = { 'Tus-Resumable': '1.0.0' }
    const location = upload.headers.get('location') ?? ''
    const found = await admin.fetch(location, { method: 'HEAD', headers })
    expect(found.headers.get('upload-length')).to.equal(most.toString())
    for (const offset of ['9007199254740991', '9007199254740993', '99999999999999999999', '1e999']) {
      const patch = await admin.fetch(location, {
        method: 'PATCH',
        headers: {
          ...headers,
          'Upload-Offset': offset,
          'Content-Type': 'application/offset+octet-stream',
        },
        body: 'ID3',
      })
      expect(patch.status, offset).to.be.oneOf([400, 409])
    }
    expect((await admin.fetch(location, { method: 'DELETE', headers })).status).to.equal(204)
  })

  for (const length of ['9007199254740992', '9007199254740993', '9223372036854775808', '9'.repeat(400)]) {
    it(`refuses an upload of ${length.slice(0, 20)} bytes`, async () => {
      expect((await begin(length)).status).to.be.oneOf([400, 413])
    })
  }

  // One character each, which take 4 bytes, become 18 other characters when folded, or are combined with a
  // letter.
  for (const character of ['\u{1d11e}', '\ufdfa', '\u0301']) {
    const text = (length: number): string => `a${character.repeat(length - 1)}`

    it(`stores the longest texts of U+${character.codePointAt(0)?.toString(16)}, and no longer ones`, async () => {
      const user = { name: text(100), surname: text(100) }
      expect((await admin.json('PATCH', '/v1/auth/me', user)).status).to.equal(200)
      for (const field of ['name', 'surname']) {
        const reply = await admin.json('PATCH', '/v1/auth/me', { [field]: text(101) })
        expect(reply.status).to.equal(422)
      }
      const sample = await readSample('spoken/vbr-cover.mp3')
      const upload = await admin.upload(sample, `${text(400)}.mp3`, {
        title: text(200),
        description: text(5000),
      })
      expect(upload.status).to.equal(201)
      const { id } = (await upload.json()) as { id: string }
      const change = (fields: object) => admin.json('PATCH', `/v1/audio/file/${id}`, fields)
      expect((await change({ title: text(200), description: text(5000) })).status).to.equal(200)
      expect((await change({ title: text(201) })).status).to.equal(422)
      expect((await change({ description: text(5001) })).status).to.equal(422)
      for (const order of ['sort=title', `q=${encodeURIComponent(text(100))}`]) {
        expect((await admin.fetch(`/v1/audio/?limit=1&${order}`)).status).to.equal(200)
      }
    })
  }

  it('stores the longest e-mail address, and a user agent of any length', async () => {
    const email = `${'\ufdfa'.repeat(64)}@${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.org`
    const browser = server.browser()
    const account = { name: 'Ann', surname: 'Lee', email, password }
    expect((await browser.json('POST', '/v1/auth/registration', account)).status).to.equal(201)
    const login = await browser.fetch('/v1/auth/login', {
      method: 'POST',
      body: JSON.stringify({ email, password }),
      headers: { 'Content-Type': 'application/json', 'User-Agent': 'x\xff'.repeat(3000) },
    })
    expect(login.status).to.equal(200)
    expect((await browser.fetch('/v1/auth/sessions')).status).to.equal(200)
  })
})
