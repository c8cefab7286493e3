import { expect } from 'chai'
import { exchange } from './testing/raw-connection.ts'
import { aService, mp3, uploadForm, type Service } from './testing/a-service.ts'
import type { TestClient, TestReply } from './testing/test-client.ts'

type Send = (client: TestClient) => Promise<TestReply>

const long = 'x'.repeat(6000)

const cases: readonly (readonly [title: string, send: Send, faults: readonly string[]])[] = [
  [
    'a registration with missing, malformed and unknown fields',
    (client) =>
      client.post('/v1/auth/registration', {
        json: { name: ' ', email: 'ada@', password: 'short', is_admin: true },
      }),
    [
      '/email invalid_email',
      '/is_admin unknown_field',
      '/name required',
      '/password too_short',
      '/surname required',
    ],
  ],
  [
    'a registration whose passwords differ and are guessed from another field',
    (client) =>
      client.post('/v1/auth/registration', {
        json: { name: 5, surname: 'Lovelace', email: 'b', password: 'lovelace', password2: 'lovelaze' },
      }),
    ['/email invalid_email', '/name invalid_type', '/password password_too_common', '/password2 mismatch'],
  ],
  [
    'an empty registration',
    (client) => client.post('/v1/auth/registration', { json: {} }),
    ['/email required', '/name required', '/password required', '/surname required'],
  ],
  [
    'a change of the own account',
    (client) =>
      client.patch('/v1/auth/me', {
        json: { name: 'a\nb', surname: long, email: '@', password: '1', current_password: 1, role: 'x' },
      }),
    [
      '/current_password invalid_type',
      '/email invalid_email',
      '/name invalid_characters',
      '/password too_short',
      '/role unknown_field',
      '/surname too_long',
    ],
  ],
  [
    'a change of a user',
    (client) => client.put('/v1/user/update_user', { json: { name: '', email: '', is_active: 'yes' } }),
    ['/email invalid_email', '/id required', '/is_active invalid_type', '/name required'],
  ],
  [
    'a search for a user',
    (client) => client.post('/v1/user/get_user', { json: { id: 'x', email: 'ada@example.org', name: 'A' } }),
    [' exactly_one', '/id invalid_id', '/name unknown_field'],
  ],
  [
    'a change of audio',
    (client) =>
      client.patch('/v1/audio/file/01939c1e-7a4b-7cc3-9f7e-2b1d3c4e5f60', {
        json: { title: '\u0000', description: long, size: 1 },
      }),
    ['/description too_long', '/size unknown_field', '/title invalid_characters', '/title required'],
  ],
  [
    'the query of a list',
    (client) => client.get('/v1/audio/?limit=0&sort=age&created_from=now&q=%00&cursor=a&cursor=b'),
    ['/created_from invalid', '/cursor duplicate', '/limit too_small', '/q invalid', '/sort invalid_value'],
  ],
  [
    'a form whose fields come before the file',
    (client) =>
      client.post('/v1/audio/file', { body: uploadForm(mp3(), { title: long, size: '1', album: '' }) }),
    ['/album unknown_field', '/size unknown_field', '/title too_long'],
  ],
  [
    'a form whose fields come after the file',
    (client) => {
      const form = uploadForm()
      for (const [name, value] of [
        ['title', '\n'],
        ['title', long],
        ['description', long],
        ['size', '1'],
      ] as const) {
        form.append(name, value)
      }
      return client.post('/v1/audio/file', { body: form })
    },
    ['/description too_long', '/size unknown_field', '/title duplicate', '/title too_long'],
  ],
  [
    'a form without a file',
    (client) => {
      const form = new FormData()
      form.set('title', long)
      form.set('audio', 'x')
      return client.post('/v1/audio/file', { body: form })
    },
    ['/audio unknown_field', '/file required', '/title too_long'],
  ],
  [
    'the query of an upload',
    (client) =>
      client.post(`/v1/audio/file?title=${long.slice(0, 300)}&description=${long}&file_name=${long}`, {
        body: mp3(),
        headers: { 'Content-Type': 'audio/mpeg' },
      }),
    ['/description too_long', '/file_name too_long', '/title too_long'],
  ],
]

describe('a request with several faults', () => {
  let service: Service
  let admin: TestClient
  before(async () => {
    service = await aService()
    admin = await service.anAdmin()
  })
  after(() => service.close())

  for (const [title, send, faults] of cases) {
    it(`reports all of them at once: ${title}`, async () => {
      const reply = await send(admin)
      expect(reply.status).to.equal(422)
      const errors = reply.body.errors as readonly { path: string; code: string; message: string }[]
      expect(errors.map(({ path, code }) => `${path} ${code}`).sort()).to.deep.equal(faults)
      for (const { message } of errors) expect(message).to.match(/^\S.+\S$/)
    })
  }

  it('leaves no audio behind', async () => {
    expect((await admin.get('/v1/audio/')).body.items).to.deep.equal([])
  })

  it('names a hundred faults of a form within bounds', async () => {
    const fields = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`field${n}`, 'x']))
    const reply = await admin.post('/v1/audio/file', { body: uploadForm(mp3(), fields) })
    expect(reply.body.errors).to.have.lengthOf(20)
  })

  it('reads a query of thousands of names in linear time', async () => {
    const names = Array.from({ length: 4000 }, (_, n) => n.toString(36)).join('&')
    expect((await admin.get(`/v1/audio/?${names}`)).status).to.equal(200)
  })
})

describe('a reply of JSON', () => {
  it('ends with a line break, as do problems and answers to what is not HTTP', async () => {
    const service = await aService()
    const client = await service.aUser()
    for (const path of ['/livez', '/openapi.json', '/v1/auth/me', '/v1/audio/', '/v1/nothing']) {
      expect((await client.get(path)).text).to.match(/[^\n]\n$/)
    }
    expect((await exchange(service.port, 'NONSENSE\r\n\r\n')).body).to.match(/\}\n$/)
    await service.close()
  })
})

describe('an upload that says nothing of its type', () => {
  for (const type of [undefined, 'application/x-www-form-urlencoded', 'text/plain', 'multipart/mixed']) {
    it(`gets the accepted types instead of ${type ?? 'none'}`, async () => {
      const service = await aService()
      const client = await service.aUser()
      const { origin } = service
      const Cookie = [...client.cookies].map((pair) => pair.join('=')).join('; ')
      const body = new Uint8Array(mp3())
      const headers = { Cookie, ...(type && { 'Content-Type': type }) }
      const reply = await fetch(`${origin}/v1/audio/file`, { method: 'POST', headers, body })
      await service.close()
      expect(reply.status).to.equal(415)
      expect(reply.headers.get('accept')).to.include('multipart/form-data').and.include('audio/*')
      const { detail } = (await reply.json()) as { detail: string }
      expect(detail)
        .to.include('multipart/form-data')
        .and.include('Content-Type: audio/')
        .and.include('octet-stream')
    })
  }
})
