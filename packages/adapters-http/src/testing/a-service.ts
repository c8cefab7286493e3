import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { pino } from 'pino'
import { createHttpApp } from '../http-app.ts'
import type { HttpAppOptions } from '../http-app-options.ts'
import { createHttpServer } from '../server/http-server.ts'
import { inMemoryBackend, maxUploadBytes } from './in-memory-use-cases.ts'
import { TestClient, type TestReply } from './test-client.ts'

export const password = 'correct horse battery staple'

export type Service = Awaited<ReturnType<typeof aService>>

/** The real app on a real socket over an in-memory backend; stopped after the test or suite that it was made in. */
export async function aService(overrides: Partial<HttpAppOptions> = {}) {
  const backend = inMemoryBackend()
  const logged: string[] = []
  const publicUrl = overrides.publicUrl ?? new URL('https://audio.example.org')
  const app = createHttpApp({
    useCases: backend.useCases,
    rateLimiter: backend.rateLimiter,
    idempotency: backend.idempotency,
    answerSeal: backend.answerSeal,
    clock: backend.clock,
    healthChecks: [],
    log: pino({ level: 'trace' }, { write: (line: string) => logged.push(line) }),
    corsOrigins: ['https://player.example.org'],
    trustedProxies: [],
    maxUploadBytes,
    rateLimits: 'off',
    ids: backend.ids,
    ...overrides,
    publicUrl,
  })
  const http = createHttpServer(app, { publicUrl })
  // A test that fails before it closes its service must not keep the whole run from ending.
  http.server.unref()
  http.server.on('connection', (socket) => socket.unref())
  await new Promise<void>((resolve) => http.server.listen(0, '127.0.0.1', resolve))
  const { port } = http.server.address() as AddressInfo
  const sent: TestReply[] = []
  const service = { origin: `http://127.0.0.1:${port}`, publicUrl, sent }

  const client = (): TestClient => new TestClient(service)
  const register = (email: string) =>
    client().post('/v1/auth/registration', { json: { name: 'Ann', surname: 'Lee', email, password } })
  const logIn = async (email: string): Promise<TestClient> => {
    const browser = client()
    const reply = await browser.post('/v1/auth/login', { json: { email, password } })
    expect(reply.status).to.equal(200)
    return browser
  }
  return {
    ...service,
    port,
    backend,
    logged,
    client,
    register,
    logIn,
    /** A new user, signed in. */
    aUser: async (email = 'ann@example.com') => {
      expect((await register(email)).status).to.equal(201)
      return logIn(email)
    },
    anAdmin: async (email = 'admin@example.com') => {
      await backend.createAdmin.execute({ name: 'Ada', surname: 'Min', email, password })
      return logIn(email)
    },
    close: () => http.close(0),
  }
}

/** Sound enough for the fakes: a tag, then bytes. */
export const mp3 = (size = 5000): Buffer => Buffer.concat([Buffer.from('ID3'), Buffer.alloc(size - 3, 0x55)])

export function uploadForm(content: Buffer = mp3(), fields: Readonly<Record<string, string>> = {}): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  form.set('file', new Blob([new Uint8Array(content)], { type: 'audio/mpeg' }), 'song.mp3')
  return form
}
