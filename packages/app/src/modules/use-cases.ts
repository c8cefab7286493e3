import {
  AppendToUpload,
  Authenticate,
  AuthenticateMedia,
  AuthenticateUpload,
  BeginExternalLogin,
  CheckContents,
  CheckUploadParts,
  CheckUsage,
  BeginUpload,
  CancelUpload,
  CompleteExternalLogin,
  CreateAdmin,
  DeleteAudio,
  DeleteUser,
  EndOtherSessions,
  EndSession,
  FindLeftovers,
  FindUpload,
  GetUsage,
  GiveUpDamagedUpload,
  GetUser,
  HoldUpload,
  ListAudio,
  ListAuditEvents,
  ListSessions,
  ListUsers,
  LogIn,
  LogOut,
  OpenAudio,
  RecordFinding,
  RecordRateLimitedSignIn,
  RefreshSession,
  RegisterUser,
  ScrubContents,
  SetQuota,
  SweepLeftovers,
  UpdateAudio,
  UpdateOwnAccount,
  UpdateUser,
  UploadAudio,
} from '@audiohost/core'
import type { Container } from 'inversify'
import { bindClass } from '../bind-class.ts'
import { ports } from '../tokens.ts'

/** Which ports each use case of the core asks for. */
export function bindUseCases(container: Container): void {
  bindUserUseCases(container)
  bindSessionUseCases(container)
  bindAudioUseCases(container)
  bindOperatorUseCases(container)
  bindUploadUseCases(container)
}

function bindUserUseCases(container: Container): void {
  const { quotas, defaultQuota, users, passwords, hasher, clock, ids, audio, contents, incidents } = ports
  const { audit, auditLog } = ports
  bindClass(container, RegisterUser, { audit, hasher, clock, ids })
  bindClass(container, CreateAdmin, { audit, users, hasher, clock, ids })
  bindClass(container, GetUser, { users })
  bindClass(container, GetUsage, { quotas, defaultQuota })
  bindClass(container, SetQuota, { audit })
  bindClass(container, ListUsers, { users })
  bindClass(container, UpdateUser, { audit, clock })
  bindClass(container, UpdateOwnAccount, { audit, passwords, hasher, clock })
  bindClass(container, DeleteUser, { audit, audio, contents, incidents, clock })
  bindClass(container, ListAuditEvents, { auditLog })
  bindClass(container, RecordRateLimitedSignIn, { audit })
}

function bindSessionUseCases(container: Container): void {
  const { sessions, accessTokens, refreshTokens, mediaTokens, sessionPolicy, clock, ids, audit } = ports
  const issuing = { accessTokens, refreshTokens, mediaTokens, sessionPolicy }
  const opening = { ...issuing, sessions, clock, ids }
  const { passwords, hasher, providers, pendingLogins, identities, secrets } = ports
  bindClass(container, LogIn, { ...opening, passwords, hasher, audit })
  bindClass(container, Authenticate, { accessTokens, sessions, clock })
  bindClass(container, AuthenticateMedia, { accessTokens, mediaTokens, sessions, clock })
  bindClass(container, AuthenticateUpload, { accessTokens, sessions, uploads: ports.uploads, clock })
  bindClass(container, RefreshSession, { ...issuing, sessions, clock, audit })
  bindClass(container, LogOut, { accessTokens, refreshTokens, sessions, clock, audit })
  bindClass(container, ListSessions, { sessions, clock })
  bindClass(container, EndSession, { sessions, clock, audit })
  bindClass(container, EndOtherSessions, { sessions, clock, audit })
  bindClass(container, BeginExternalLogin, { providers, pendingLogins, secrets, clock })
  bindClass(container, CompleteExternalLogin, { ...opening, providers, pendingLogins, identities, audit })
}

/** Uploads that come in parts. */
function bindUploadUseCases(container: Container): void {
  const { audio, contents, sniffer, probe, incidents, retries, clock, ids, uploads, leases } = ports
  const { maxUploadBytes, defaultQuota, uploadExpirySeconds, joinScheduler } = ports
  const discarding = { audio, contents, incidents, uploads }
  const finishing = { ...discarding, sniffer, probe, clock, ids, leases, joinScheduler }
  const room = { maxUploadBytes, defaultQuota, uploadExpirySeconds }
  bindClass(container, BeginUpload, { audio, uploads, incidents, retries, clock, ids, ...room })
  bindClass(container, AppendToUpload, { ...finishing, ...room })
  bindClass(container, FindUpload, finishing)
  bindClass(container, CancelUpload, discarding)
  bindClass(container, HoldUpload, { uploads, leases, clock, ids })
}

function bindAudioUseCases(container: Container): void {
  const { audio, contents, incidents, clock, delivery } = ports
  const { sniffer, probe, retries, ids, maxUploadBytes, defaultQuota } = ports
  const storing = { audio, contents, incidents, clock }
  bindClass(container, UploadAudio, {
    ...storing,
    sniffer,
    probe,
    retries,
    ids,
    maxUploadBytes,
    defaultQuota,
  })
  bindClass(container, OpenAudio, { audio, contents, incidents, delivery })
  bindClass(container, ListAudio, { audio })
  bindClass(container, UpdateAudio, { audio, clock })
  bindClass(container, DeleteAudio, { audio, contents, incidents })
}

function bindOperatorUseCases(container: Container): void {
  const { audio, contents, incidents, clock, leftovers, inventory, checks, usageAudit } = ports
  const { uploads, uploadParts, leases, sessions, pendingLogins, idempotency } = ports
  const { auditLog, auditRetentionSeconds } = ports
  const sweeping = { audio, contents, incidents, clock, leftovers, inventory, uploads, leases }
  bindClass(container, SweepLeftovers, {
    ...sweeping,
    sessions,
    pendingLogins,
    idempotency,
    auditLog,
    auditRetentionSeconds,
  })
  bindClass(container, FindLeftovers, { leftovers, inventory, contents, leases, clock })
  bindClass(container, CheckContents, { inventory, checks, audio, contents })
  bindClass(container, CheckUploadParts, { uploadParts, uploads, contents, clock })
  bindClass(container, GiveUpDamagedUpload, { uploads, audio, contents, incidents, inventory })
  bindClass(container, ScrubContents, { checks, audio, contents, clock })
  bindClass(container, RecordFinding, { checks, incidents, clock })
  bindClass(container, CheckUsage, { usageAudit })
}
