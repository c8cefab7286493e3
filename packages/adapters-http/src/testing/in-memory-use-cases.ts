import {
  AppendToUpload,
  AuditTrail,
  Authenticate,
  AuthenticateMedia,
  AuthenticateUpload,
  BeginExternalLogin,
  BeginUpload,
  CancelUpload,
  CompleteExternalLogin,
  type ContentDelivery,
  type UserId,
  CreateAdmin,
  defaultSessionPolicy,
  DeleteAudio,
  DeleteUser,
  EndOtherSessions,
  EndSession,
  FairScheduler,
  FindUpload,
  GetUsage,
  GetUser,
  HoldUpload,
  ListAudio,
  ListAuditEvents,
  ListSessions,
  ListUsers,
  LogIn,
  LogOut,
  OpenAudio,
  RecordRateLimitedSignIn,
  RefreshSession,
  RegisterUser,
  SetQuota,
  UpdateAudio,
  UpdateOwnAccount,
  UpdateUser,
  UploadAudio,
} from '@audiohost/core'
import {
  CollectedIncidents,
  CollectedSecurityLog,
  FakeAccessTokenSigner,
  FakeAnswerSeal,
  FakeAudioProbe,
  FakeAudioSniffer,
  FakeClock,
  FakeIdentityProvider,
  FakePasswordHasher,
  FakeMediaTokenSigner,
  FakeRefreshTokenSigner,
  FakeSecrets,
  InMemoryAudioContentStore,
  InMemoryRateLimiter,
  InMemoryUnitOfWork,
  HeldRetries,
  inMemoryRepositories,
  SequentialIds,
} from '@audiohost/core/in-memory'
import type { UseCases } from '../use-cases.ts'

export const maxUploadBytes = 200_000

function inMemoryDependencies() {
  const clock = new FakeClock()
  const repositories = inMemoryRepositories()
  const provider = new FakeIdentityProvider('yandex')
  const contents = new InMemoryAudioContentStore({ clock, capacityBytes: 1_000_000 })
  const hasher = new FakePasswordHasher()
  const ids = new SequentialIds()
  const auditing = {
    rateLimiter: new InMemoryRateLimiter(clock),
    unitOfWork: new InMemoryUnitOfWork(repositories),
    securityLog: new CollectedSecurityLog(),
  }
  return {
    ...repositories,
    ...auditing,
    audit: new AuditTrail({ ...auditing, auditLog: repositories.auditLog, clock, ids }),
    contents,
    // For tests that deliver by links to put them in.
    delivery: { linkSeconds: 300 } as ContentDelivery,
    hasher,
    clock,
    maxUploadBytes,
    uploadExpirySeconds: 24 * 3600,
    defaultQuota: { bytes: undefined, files: undefined },
    ids,
    joinScheduler: new FairScheduler<UserId>({ slots: 2, maxWaiting: 100, retryAfterSeconds: 5 }),
    secrets: new FakeSecrets(),
    answerSeal: new FakeAnswerSeal(),
    provider,
    providers: [provider],
    sniffer: new FakeAudioSniffer(),
    probe: new FakeAudioProbe(),
    incidents: new CollectedIncidents(),
    retries: new HeldRetries(),
    accessTokens: new FakeAccessTokenSigner(),
    refreshTokens: new FakeRefreshTokenSigner(),
    mediaTokens: new FakeMediaTokenSigner(),
    sessionPolicy: defaultSessionPolicy,
  }
}

/** Everything behind the HTTP side, in memory, with the handles that tests turn. */
export function inMemoryBackend() {
  const deps = inMemoryDependencies()
  return {
    ...deps,
    createAdmin: new CreateAdmin(deps),
    useCases: useCasesOver(deps),
  }
}

const useCasesOver = (deps: ReturnType<typeof inMemoryDependencies>): UseCases => ({
  registerUser: new RegisterUser(deps),
  logIn: new LogIn(deps),
  authenticate: new Authenticate(deps),
  authenticateMedia: new AuthenticateMedia(deps),
  authenticateUpload: new AuthenticateUpload(deps),
  refreshSession: new RefreshSession(deps),
  logOut: new LogOut(deps),
  listSessions: new ListSessions(deps),
  endSession: new EndSession(deps),
  endOtherSessions: new EndOtherSessions(deps),
  beginExternalLogin: new BeginExternalLogin(deps),
  completeExternalLogin: new CompleteExternalLogin(deps),
  getUsage: new GetUsage(deps),
  setQuota: new SetQuota(deps),
  getUser: new GetUser(deps),
  listUsers: new ListUsers(deps),
  updateUser: new UpdateUser(deps),
  listAuditEvents: new ListAuditEvents(deps),
  recordRateLimitedSignIn: new RecordRateLimitedSignIn(deps),
  updateOwnAccount: new UpdateOwnAccount(deps),
  deleteUser: new DeleteUser(deps),
  uploadAudio: new UploadAudio(deps),
  openAudio: new OpenAudio(deps),
  listAudio: new ListAudio(deps),
  updateAudio: new UpdateAudio(deps),
  deleteAudio: new DeleteAudio(deps),
  beginUpload: new BeginUpload(deps),
  appendToUpload: new AppendToUpload(deps),
  findUpload: new FindUpload(deps),
  cancelUpload: new CancelUpload(deps),
  holdUpload: new HoldUpload(deps),
})
