import { expect } from 'chai'
import { routes } from './routes/index.ts'
import type { Access, Route } from './route.ts'
import { aService, mp3, uploadForm, type Service } from './testing/a-service.ts'
import { expectProblem } from './testing/expect-problem.ts'
import type { TestClient, TestReply, TestRequest } from './testing/test-client.ts'

type Caller = 'anonymous' | 'owner' | 'media cookie only' | 'stranger' | 'admin' | 'disabled' | 'signed out'
const callers: readonly Caller[] = [
  'anonymous',
  'disabled',
  'signed out',
  'media cookie only',
  'stranger',
  'admin',
  'owner',
]

/** One row for each route: a request that is right in every respect but who sends it. */
interface World {
  readonly audioId: string
  readonly uploadPath: string
  readonly sessionId: string
  readonly ownerId: string
}
const tus = { 'Tus-Resumable': '1.0.0' }
const requests: Readonly<Record<string, (world: World) => TestRequest & { readonly path?: string }>> = {
  register: () => ({
    json: { name: 'N', surname: 'N', email: 'new@example.com', password: 'nine green bottles' },
  }),
  logIn: () => ({ json: { email: 'owner@example.com', password: 'wrong password' } }),
  refreshSession: () => ({ json: { refresh_token: 'x' } }),
  updateMe: () => ({ json: { name: 'Changed' } }),
  endSession: ({ sessionId }) => ({ path: `/v1/auth/sessions/${sessionId}` }),
  getUser: ({ ownerId }) => ({ json: { id: ownerId } }),
  updateUser: ({ ownerId }) => ({ json: { id: ownerId, name: 'Changed' } }),
  deleteUser: ({ ownerId }) => ({ path: `/v1/user/delete_user?id=${ownerId}` }),
  uploadAudio: () => ({ body: uploadForm(mp3(), { title: 'new' }) }),
  getAudio: ({ audioId }) => ({ path: `/v1/audio/file/${audioId}/metadata` }),
  updateAudio: ({ audioId }) => ({ path: `/v1/audio/file/${audioId}`, json: { title: 'Changed' } }),
  deleteAudio: ({ audioId }) => ({ path: `/v1/audio/file/${audioId}` }),
  getAudioContent: ({ audioId }) => ({ path: `/v1/audio/file/${audioId}` }),
  beginUpload: () => ({ headers: { ...tus, 'Upload-Length': '5000' } }),
  describeUpload: ({ uploadPath }) => ({ path: uploadPath }),
  findUpload: ({ uploadPath }) => ({ path: uploadPath, headers: tus }),
  appendToUpload: ({ uploadPath }) => ({
    path: uploadPath,
    body: mp3(100),
    headers: { ...tus, 'Upload-Offset': '0', 'Content-Type': 'application/offset+octet-stream' },
  }),
  cancelUpload: ({ uploadPath }) => ({ path: uploadPath, headers: tus }),
  getDocsAsset: () => ({ path: '/docs/page.css' }),
  getProblem: () => ({ path: '/problems/email_taken' }),
}

/** Belongs to the owner alone: to everybody else, administrators included, it is not there. */
const ownersOnly = new Map([
  ['endSession', '404 session_not_found'],
  ['getAudio', '404 audio_not_found'],
  ['updateAudio', '404 audio_not_found'],
  ['deleteAudio', '404 audio_not_found'],
  ['getAudioContent', '404 audio_not_found'],
  ['findUpload', '404 upload_not_found'],
  ['appendToUpload', '404 upload_not_found'],
  ['cancelUpload', '404 upload_not_found'],
] as const)

type Verdict =
  | 'served'
  | '401 not_authenticated'
  | '403 admin_required'
  | '404 session_not_found'
  | '404 audio_not_found'
  | '404 upload_not_found'

const rank: Readonly<Record<Access, number>> = { public: 0, user: 1, media: 1, upload: 1, admin: 2 }
const rankOf: Readonly<Record<Caller, number>> = {
  anonymous: 0,
  disabled: 0,
  'signed out': 0,
  'media cookie only': 0,
  owner: 1,
  stranger: 1,
  admin: 2,
}

function verdictFor(route: Route, caller: Caller): Verdict {
  // Opens to the token of the configuration alone, not to any account.
  if (route.name === 'getMetrics') return '401 not_authenticated'
  // The cookie is the owner's.
  if (route.access === 'media' && caller === 'media cookie only') return 'served'
  if (rankOf[caller] < Math.min(rank[route.access], 1)) return '401 not_authenticated'
  if (rankOf[caller] < rank[route.access]) return '403 admin_required'
  return (caller === 'owner' ? undefined : ownersOnly.get(route.name as 'getAudio')) ?? 'served'
}

async function aWorld(service: Service): Promise<{ world: World; clients: Record<Caller, TestClient> }> {
  const admin = await service.anAdmin()
  const owner = await service.aUser('owner@example.com')
  const disabled = await service.aUser('disabled@example.com')
  const disabledId = (await disabled.get('/v1/auth/me')).body.id
  await admin.put('/v1/user/update_user', { json: { id: disabledId, is_active: false } })
  const signedOut = await service.aUser('gone@example.com')
  const cookies = [...signedOut.cookies]
  await signedOut.post('/v1/auth/logout')
  for (const [name, value] of cookies) signedOut.cookies.set(name, value)
  const withMediaCookie = service.client()
  withMediaCookie.cookies.set('__Host-media', String(owner.cookies.get('__Host-media')))
  const upload = await owner.post('/v1/audio/file', { body: uploadForm() })
  const begun = await owner.post('/v1/audio/uploads', { headers: { ...tus, 'Upload-Length': '5000' } })
  const sessions = (await owner.get('/v1/auth/sessions')).body.items as { id: string }[]
  return {
    world: {
      audioId: String(upload.body.id),
      uploadPath: String(begun.headers.get('location')),
      ownerId: String(upload.body.owner_id),
      sessionId: String(sessions[0]?.id),
    },
    clients: {
      anonymous: service.client(),
      owner,
      stranger: await service.aUser('stranger@example.com'),
      admin,
      disabled,
      'signed out': signedOut,
      'media cookie only': withMediaCookie,
    },
  }
}

const metricsPage = { token: 'a-token-for-prometheus', contentType: 'text/plain', render: async () => '' }

for (const route of routes) {
  describe(`the authorization matrix: ${route.method.toUpperCase()} ${route.path}`, () => {
    let service: Service
    let made: Awaited<ReturnType<typeof aWorld>>
    before(async () => {
      service = await aService({ metricsPage })
      made = await aWorld(service)
    })
    after(() => service.close())

    for (const { caller, verdict } of refusedFirst(route)) {
      it(`as ${caller}: ${verdict}`, async () => {
        const { world, clients } = made
        const { path = route.path, ...request } = requests[route.name]?.(world) ?? {}
        const methods = route.name === 'getAudioContent' ? ['HEAD', 'GET'] : [route.method.toUpperCase()]
        for (const method of methods) {
          expectVerdict(await clients[caller].send(method, path, request), verdict)
        }
        if (verdict !== 'served') await expectUntouched(clients, world)
      })
    }
  })
}

/** One world serves all callers of a route: who is refused must leave it as it was for those who follow. */
function refusedFirst(route: Route) {
  return callers
    .map((caller) => ({ caller, verdict: verdictFor(route, caller) }))
    .toSorted((one, other) => Number(one.verdict === 'served') - Number(other.verdict === 'served'))
}

function expectVerdict(reply: TestReply, verdict: Verdict): void {
  // What has no body has no code to look at.
  if (verdict !== 'served' && reply.text !== '') expectProblem(reply, verdict)
  else if (verdict !== 'served') expect(reply.status).to.equal(Number(verdict.slice(0, 3)))
  else
    expect(['not_authenticated', 'admin_required', 'not_found', 'internal_error']).to.not.include(
      codeOf(reply),
    )
}

/** Logging out without a session is refused with a code that elsewhere means a missing right. */
const codeOf = (reply: TestReply): unknown =>
  reply.body.instance === '/v1/auth/logout' ? undefined : reply.body.code

async function expectUntouched({ owner }: Record<Caller, TestClient>, { audioId }: World): Promise<void> {
  expect((await owner.get('/v1/auth/me')).body.name).to.equal('Ann')
  const audio = await owner.get(`/v1/audio/file/${audioId}/metadata`)
  expect(audio.body.title).to.equal('song')
}
