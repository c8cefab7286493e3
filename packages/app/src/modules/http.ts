import {
  createHttpApp,
  type HealthCheck,
  type HttpMetrics,
  type MetricsPage,
  type UseCases,
} from '@audiohost/adapters-http'
import {
  AppendToUpload,
  Authenticate,
  AuthenticateMedia,
  AuthenticateUpload,
  BeginExternalLogin,
  BeginUpload,
  CancelUpload,
  CompleteExternalLogin,
  DeleteAudio,
  DeleteUser,
  EndOtherSessions,
  EndSession,
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
import type { Container } from 'inversify'
import type { Logger } from 'pino'
import { getValue } from '../bind-class.ts'
import type { Config } from '../config.ts'
import { ports } from '../tokens.ts'

type HttpApp = ReturnType<typeof createHttpApp>

export interface HttpModuleOptions {
  readonly config: Config
  readonly log: Logger
  readonly healthChecks: readonly HealthCheck[]
  readonly isDraining: () => boolean
  readonly metrics?: HttpMetrics | undefined
  readonly metricsPage?: MetricsPage | undefined
}

/** The Koa application over the use cases of the container. */
export function createApp(container: Container, { config, ...options }: HttpModuleOptions): HttpApp {
  return createHttpApp({
    ...options,
    useCases: useCasesOf(container),
    rateLimiter: getValue(container, ports.rateLimiter),
    idempotency: getValue(container, ports.idempotency),
    answerSeal: getValue(container, ports.answerSeal),
    clock: getValue(container, ports.clock),
    publicUrl: config.publicUrl,
    corsOrigins: config.corsOrigins,
    trustedProxies: config.trustedProxies,
    maxUploadBytes: config.maxUploadBytes,
    rateLimits: config.rateLimits,
    ids: getValue(container, ports.ids),
  })
}

function useCasesOf(container: Container): UseCases {
  return {
    registerUser: container.get(RegisterUser),
    logIn: container.get(LogIn),
    authenticate: container.get(Authenticate),
    authenticateMedia: container.get(AuthenticateMedia),
    authenticateUpload: container.get(AuthenticateUpload),
    refreshSession: container.get(RefreshSession),
    logOut: container.get(LogOut),
    listSessions: container.get(ListSessions),
    endSession: container.get(EndSession),
    endOtherSessions: container.get(EndOtherSessions),
    beginExternalLogin: container.get(BeginExternalLogin),
    completeExternalLogin: container.get(CompleteExternalLogin),
    getUsage: container.get(GetUsage),
    setQuota: container.get(SetQuota),
    getUser: container.get(GetUser),
    listUsers: container.get(ListUsers),
    updateUser: container.get(UpdateUser),
    listAuditEvents: container.get(ListAuditEvents),
    recordRateLimitedSignIn: container.get(RecordRateLimitedSignIn),
    updateOwnAccount: container.get(UpdateOwnAccount),
    deleteUser: container.get(DeleteUser),
    uploadAudio: container.get(UploadAudio),
    openAudio: container.get(OpenAudio),
    listAudio: container.get(ListAudio),
    updateAudio: container.get(UpdateAudio),
    deleteAudio: container.get(DeleteAudio),
    beginUpload: container.get(BeginUpload),
    appendToUpload: container.get(AppendToUpload),
    findUpload: container.get(FindUpload),
    cancelUpload: container.get(CancelUpload),
    holdUpload: container.get(HoldUpload),
  }
}
