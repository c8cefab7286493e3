import { expect } from 'chai'
import { aService, type Service } from './testing/a-service.ts'
import { expectProblem } from './testing/expect-problem.ts'

describe('JSON bodies', () => {
  let service: Service
  before(async () => {
    service = await aService()
  })
  after(() => service.close())

  const send = (body: string | Buffer, type?: string, headers: Record<string, string> = {}) =>
    service.client().post('/v1/auth/login', {
      body,
      headers: { ...(type !== undefined && { 'Content-Type': type }), ...headers },
    })
  const login = JSON.stringify({ email: 'nobody@example.com', password: 'x' })

  for (const type of [
    'application/json',
    'Application/JSON; charset=utf-8',
    'application/json;charset="UTF-8"',
  ]) {
    it(`are read as ${type}`, async () => {
      expectProblem(await send(login, type), '401 invalid_credentials')
    })
  }

  it('are absent where they have no byte, whatever type is named', async () => {
    expectProblem(await send('', 'text/plain'), '422 invalid_input')
  })

  const wrongTypes = [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    'application/json; charset=utf-16',
    'json',
    ';',
  ]
  for (const type of wrongTypes) {
    it(`are refused as ${type}`, async () => {
      expectProblem(await send(login, type), '415 unsupported_media_type')
    })
  }

  for (const encoding of ['gzip', 'br', 'deflate', 'gzip, identity', 'x']) {
    it(`are refused where they are encoded as ${encoding}`, async () => {
      const reply = await send(login, 'application/json', { 'Content-Encoding': encoding })
      expectProblem(reply, '415 unsupported_media_type')
      expect(reply.headers.get('accept-encoding')).to.equal('identity')
    })
  }

  const malformed: readonly (readonly [string, string | Buffer])[] = [
    ['torn', '{"email":'],
    ['single quotes', "{'email':'x'}"],
    ['a comment', '{"email":"x"}//'],
    ['two values', '{}{}'],
    ['NaN', '{"email":NaN}'],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
    ['64 KiB of brackets', '['.repeat(64 * 1024)],
  ]
  for (const [title, body] of malformed) {
    it(`are refused where they are ${title}`, async () => {
      expectProblem(await send(body, 'application/json'), '400 malformed_body')
    })
  }

  for (const body of ['[]', 'null', '"x"', '5', 'true', `${'['.repeat(30_000)}${']'.repeat(30_000)}`]) {
    it(`are refused where they are ${body.slice(0, 10)} and no object`, async () => {
      expectProblem(await send(body, 'application/json'), '422 invalid_input')
    })
  }

  it('name what is missing where there is none', async () => {
    for (const reply of [await send('', 'application/json'), await service.client().post('/v1/auth/login')]) {
      expectProblem(reply, '422 invalid_input', '/email')
      expectProblem(reply, '422 invalid_input', '/password')
    }
  })

  it('may have 64 KiB and not a byte more', async () => {
    const padded = (size: number) => login.padEnd(size, ' ')
    expectProblem(await send(padded(64 * 1024), 'application/json'), '401 invalid_credentials')
    expectProblem(await send(padded(64 * 1024 + 1), 'application/json'), '413 body_too_large')
    expectProblem(await send(padded(3 * 1024 * 1024), 'application/json'), '413 body_too_large')
  })

  it('are counted as they come where their length is not announced', async () => {
    const body = ReadableStream.from(Array.from({ length: 100 }, () => Buffer.alloc(1024, ' ')))
    const headers = { 'Content-Type': 'application/json' }
    expectProblem(await service.client().post('/v1/auth/login', { body, headers }), '413 body_too_large')
  })
})
