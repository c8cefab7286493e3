import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { answersOnce, type Route } from '../route.ts'
import { routes } from '../routes/index.ts'
import { aService, mp3, password, uploadForm, type Service } from '../testing/a-service.ts'
import { answerOf } from '../testing/answer-of.ts'
import { expectProblem } from '../testing/expect-problem.ts'
import type { TestClient, TestReply, TestRequest } from '../testing/test-client.ts'

interface World {
  readonly service: Service
  readonly owner: TestClient
  readonly admin: TestClient
  readonly audioId: string
  readonly otherSessionId: string
  readonly otherUserId: string
}

interface Case {
  readonly request: (world: World) => TestRequest & { readonly path?: string }
  /** The same with another body, query or path; where there is nothing to vary, none. */
  readonly other?: (world: World) => TestRequest & { readonly path?: string }
  /** How often it was done: 0 before, 1 after. Where it cannot be counted, the equal answers are the proof. */
  readonly done?: (world: World) => Promise<number>
  /** The answer ends the session that asked, so that a retry is refused like any other request. */
  readonly endsSession?: true
}

const itemsOf = (reply: TestReply): readonly Readonly<Record<string, unknown>>[] =>
  reply.body.items as readonly Readonly<Record<string, unknown>>[]

const usersNamed = async ({ admin }: World, name: string): Promise<number> =>
  itemsOf(await admin.get(`/v1/user/?q=${name}`)).length

const person = { name: 'Newcomer', surname: 'N', email: 'new@example.com', password: 'nine green bottles' }
const anUpload = (title: string, content = mp3(4000)): TestRequest => ({
  body: uploadForm(content, { title }),
})

const cases: Readonly<Record<string, Case>> = {
  register: {
    request: () => ({ json: person }),
    done: (world) => usersNamed(world, 'Newcomer'),
  },
  logIn: { request: () => ({ json: { email: 'ann@example.com', password } }) },
  refreshSession: { request: () => ({ json: {} }) },
  logOut: { request: () => ({}) },
  updateMe: {
    request: () => ({ json: { name: 'Changed' } }),
    other: () => ({ json: { name: 'Otherwise' } }),
    done: (world) => usersNamed(world, 'Changed'),
  },
  deleteMe: { request: () => ({}), endsSession: true },
  endSession: {
    request: ({ otherSessionId }) => ({ path: `/v1/auth/sessions/${otherSessionId}` }),
    other: () => ({ path: '/v1/auth/sessions/01939c1e-7a4b-7cc3-9f7e-2b1d3c4e5f60' }),
    done: async ({ owner }) => 2 - itemsOf(await owner.get('/v1/auth/sessions')).length,
  },
  endOtherSessions: {
    request: () => ({}),
    done: async ({ owner }) => 2 - itemsOf(await owner.get('/v1/auth/sessions')).length,
  },
  getUser: {
    request: ({ otherUserId }) => ({ json: { id: otherUserId } }),
    other: () => ({ json: { email: 'ann@example.com' } }),
  },
  updateUser: {
    request: ({ otherUserId }) => ({ json: { id: otherUserId, name: 'Changed' } }),
    other: ({ otherUserId }) => ({ json: { id: otherUserId, name: 'Otherwise' } }),
    done: (world) => usersNamed(world, 'Changed'),
  },
  setQuota: {
    request: ({ otherUserId }) => ({
      path: `/v1/user/${otherUserId}/quota`,
      json: { quota_bytes: 5, quota_files: null },
    }),
    other: ({ otherUserId }) => ({
      path: `/v1/user/${otherUserId}/quota`,
      json: { quota_bytes: 6, quota_files: null },
    }),
    done: async ({ admin, otherUserId }) =>
      (await admin.get(`/v1/user/${otherUserId}/quota`)).body.quota_bytes === 5 ? 1 : 0,
  },
  deleteUser: {
    request: ({ otherUserId }) => ({ path: `/v1/user/delete_user?id=${otherUserId}` }),
    other: () => ({ path: '/v1/user/delete_user?id=01939c1e-7a4b-7cc3-9f7e-2b1d3c4e5f60' }),
    done: async (world) => 1 - (await usersNamed(world, 'other')),
  },
  uploadAudio: {
    request: () => anUpload('new'),
    other: () => anUpload('new', mp3(4001)),
    done: async ({ owner }) => itemsOf(await owner.get('/v1/audio/?q=new')).length,
  },
  updateAudio: {
    request: ({ audioId }) => ({ path: `/v1/audio/file/${audioId}`, json: { title: 'Changed' } }),
    other: ({ audioId }) => ({ path: `/v1/audio/file/${audioId}`, json: { title: 'Otherwise' } }),
    done: async ({ owner }) => itemsOf(await owner.get('/v1/audio/?q=Changed')).length,
  },
  deleteAudio: {
    request: ({ audioId }) => ({ path: `/v1/audio/file/${audioId}` }),
    other: () => ({ path: '/v1/audio/file/01939c1e-7a4b-7cc3-9f7e-2b1d3c4e5f60' }),
    done: async ({ owner }) => 1 - itemsOf(await owner.get('/v1/audio/')).length,
  },
}

async function aWorld(): Promise<World> {
  const service = await aService()
  const admin = await service.anAdmin()
  const owner = await service.aUser()
  const other = await service.aUser('other@example.com')
  const otherUserId = String((await other.get('/v1/auth/me')).body.id)
  const upload = await owner.post('/v1/audio/file', { body: uploadForm() })
  await service.logIn('ann@example.com')
  const sessions = itemsOf(await owner.get('/v1/auth/sessions'))
  const otherSessionId = String(sessions.find((session) => session.is_current === false)?.id)
  return { service, owner, admin, audioId: String(upload.body.id), otherSessionId, otherUserId }
}

/** As who lost the reply does: with the cookies of before. */
async function sendAgain(client: TestClient, send: () => Promise<TestReply>): Promise<TestReply> {
  const cookies = [...client.cookies]
  const reply = await send()
  client.cookies.clear()
  for (const [name, value] of cookies) client.cookies.set(name, value)
  return reply
}

for (const route of routes.filter(answersOnce)) {
  describe(`a key for ${route.method.toUpperCase()} ${route.path}`, () => {
    let world: World
    beforeEach(async () => {
      world = await aWorld()
    })
    afterEach(() => world.service.close())

    const example = cases[route.name]
    if (!example) throw new Error(`There is no example of a request to ${route.name}`)

    const clientFor = ({ access, name }: Route): TestClient => {
      if (access === 'admin') return world.admin
      return ['register', 'logIn'].includes(name) ? world.service.client() : world.owner
    }
    const sender = (key: string) => {
      const client = clientFor(route)
      return (make: Case['request']): Promise<TestReply> =>
        sendAgain(client, () => {
          const { path = route.path, ...request } = make(world)
          const headers = { ...request.headers, 'Idempotency-Key': key }
          return client.send(route.method.toUpperCase(), path, { ...request, headers })
        })
    }

    it('does it once and answers alike', async () => {
      expect((await example.done?.(world)) ?? 0).to.equal(0)
      const send = sender(randomUUID())
      const first = await send(example.request)
      expect(first.status).to.be.within(200, 299)
      expect(first.headers.get('idempotency-replayed')).to.equal(null)
      const second = await send(example.request)
      if (example.endsSession) {
        expectProblem(second, '401 not_authenticated')
        return
      }
      expect(answerOf(second)).to.deep.equal(answerOf(first))
      expect(second.headers.get('idempotency-replayed')).to.equal('true')
      expect(second.headers.get('x-request-id')).to.not.equal(first.headers.get('x-request-id'))
      expect((await example.done?.(world)) ?? 1).to.equal(1)
      world.service.backend.clock.advance(23.9 * 3600)
    })

    it('does it once for five at the same time', async () => {
      const send = sender(randomUUID())
      const replies = await Promise.all(Array.from({ length: 5 }, () => send(example.request)))
      const fresh = replies.filter(
        ({ status, headers }) => status < 300 && headers.get('idempotency-replayed') === null,
      )
      expect(fresh).to.have.lengthOf(1)
      for (const reply of replies) {
        if (reply.status === 409) {
          expectProblem(reply, '409 idempotency_key_in_use')
          expect(reply.headers.get('retry-after')).to.equal('1')
        } else if (reply.status !== 401 || !example.endsSession) {
          expect(answerOf(reply)).to.deep.equal(answerOf(fresh[0] as TestReply))
        }
      }
      if (!example.endsSession) expect((await example.done?.(world)) ?? 1).to.equal(1)
    })

    const { other } = example
    if (other) {
      it('refuses the key with another request, which then is not done', async () => {
        const send = sender(randomUUID())
        await send(example.request)
        expectProblem(await send(other), '422 idempotency_key_reused')
        expect((await example.done?.(world)) ?? 1).to.equal(1)
        expect((await sender(randomUUID())(other)).headers.get('idempotency-replayed')).to.equal(null)
      })
    }

    it('refuses a malformed key before anything is done', async () => {
      const reply = await sender('two words')(example.request)
      expectProblem(reply, '400 malformed_request')
      expect((await example.done?.(world)) ?? 0).to.equal(0)
    })
  })
}
