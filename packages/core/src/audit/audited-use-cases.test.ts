import { expect } from 'chai'
import { CompleteExternalLogin } from '../sessions/complete-external-login.ts'
import { BeginExternalLogin } from '../sessions/begin-external-login.ts'
import { EndOtherSessions } from '../sessions/end-other-sessions.ts'
import { EndSession } from '../sessions/end-session.ts'
import { LogIn } from '../sessions/log-in.ts'
import { LogOut } from '../sessions/log-out.ts'
import { RefreshSession } from '../sessions/refresh-session.ts'
import {
  anAccount,
  aUser,
  errorOf,
  inMemoryAdapters,
  type Account,
  type InMemoryAdapters,
} from '../testing/index.ts'
import { CreateAdmin } from '../users/create-admin.ts'
import { DeleteUser } from '../users/delete-user.ts'
import { RegisterUser } from '../users/register-user.ts'
import { SetQuota } from '../users/set-quota.ts'
import { UpdateOwnAccount } from '../users/update-own-account.ts'
import { UpdateUser } from '../users/update-user.ts'
import type { AuditEvent } from './audit-event.ts'

const address = '192.0.2.7'
const userAgent = 'Browser 1.0'
const newPassword = 'quite another one'

describe('the audit log', () => {
  let adapters: InMemoryAdapters
  let account: Account
  let admin: Account

  beforeEach(async () => {
    adapters = inMemoryAdapters()
    account = await anAccount(adapters)
    admin = await anAccount(adapters, { isAdmin: true })
    adapters.clock.advance(60)
  })

  const since = async (work: () => Promise<unknown>): Promise<Partial<AuditEvent>[]> => {
    adapters.clock.advance(1)
    const filter = { since: adapters.clock.now() }
    await errorOf(work().then(() => Promise.reject(new Error('done'))))
    const { items } = await adapters.auditLog.list({ limit: 100, after: undefined }, filter)
    return items.map(({ id: _, createdAt: __, ...event }) => event).toReversed()
  }
  const own = () => ({ actorId: account.user.id, subjectId: account.user.id, address })
  const inSession = () => ({ ...own(), sessionId: account.actor.sessionId })
  const actor = () => ({ ...account.actor, address })
  const asAdmin = () => ({
    actorId: admin.user.id,
    subjectId: account.user.id,
    sessionId: admin.actor.sessionId,
    address,
  })
  const byAdmin = () => ({ ...admin.actor, address })

  it('records a registration', async () => {
    const input = { name: 'Zoe', surname: 'Lee', email: 'zoe@example.com', password: newPassword, address }
    const [event, ...others] = await since(() => new RegisterUser(adapters).execute(input))
    expect(others).to.deep.equal([])
    expect(event).to.include({ event: 'registration', address })
    expect(event?.actorId).to.equal(event?.subjectId).and.not.equal(undefined)
    expect(await since(() => new RegisterUser(adapters).execute(input))).to.deep.equal([])
  })

  it('records a sign-in with its session', async () => {
    const { email } = account.user
    let sessionId: unknown
    const events = await since(async () => {
      const input = { email, password: account.password, userAgent, address }
      ;({ sessionId } = await new LogIn(adapters).execute(input))
    })
    const details = { method: 'password' }
    expect(events).to.deep.equal([{ event: 'sign_in', ...own(), sessionId, details }])
  })

  it('records why a sign-in failed, and the account if it exists', async () => {
    const attempt = (email: string, password: string) =>
      since(() => new LogIn(adapters).execute({ email, password, userAgent, address }))
    const failed = (subjectId: unknown, reason: string) => {
      const nobody = { actorId: undefined, sessionId: undefined }
      return [
        { event: 'sign_in_failed', ...nobody, subjectId, address, details: { method: 'password', reason } },
      ]
    }
    const { id, email } = account.user
    expect(await attempt(email, 'wrong')).to.deep.equal(failed(id, 'wrong_password'))
    expect(await attempt('who@example.com', 'wrong')).to.deep.equal(failed(undefined, 'unknown_address'))
    expect(await attempt('no address', 'wrong')).to.deep.equal(failed(undefined, 'unknown_address'))
    await adapters.users.update(id, { isActive: false }, adapters.clock.now())
    expect(await attempt(email, account.password)).to.deep.equal(failed(id, 'account_disabled'))
  })

  it('records a reuse of a refresh token, with the session that it ended', async () => {
    const stolen = account.tokens.refreshToken
    for (let generation = 1; generation < 3; generation++) {
      const { tokens } = await new RefreshSession(adapters).execute({
        refreshToken: account.tokens.refreshToken,
      })
      account = { ...account, tokens }
    }
    const events = await since(() => new RefreshSession(adapters).execute({ refreshToken: stolen, address }))
    expect(events).to.deep.equal([
      { event: 'refresh_token_reused', ...inSession(), actorId: undefined, details: { generation: 1 } },
    ])
  })

  it('records the end of sessions, by logout and from the list', async () => {
    const other = await account.signIn()
    const ended = other.actor.sessionId
    const end = () => new EndSession(adapters).execute({ actor: actor(), sessionId: ended })
    expect(await since(end)).to.deep.equal([
      { event: 'session_ended', ...inSession(), details: { ended_session_id: ended } },
    ])
    expect(await since(end)).to.deep.equal([])
    await account.signIn()
    expect(await since(() => new EndOtherSessions(adapters).execute({ actor: actor() }))).to.deep.equal([
      { event: 'other_sessions_ended', ...inSession(), details: { count: 1 } },
    ])
    expect(await since(() => new EndOtherSessions(adapters).execute({ actor: actor() }))).to.deep.equal([])
    const logOut = () => new LogOut(adapters).execute({ ...account.tokens, address })
    expect(await since(logOut)).to.deep.equal([{ event: 'logout', ...inSession(), details: {} }])
    expect(await since(logOut)).to.deep.equal([])
  })

  it('records a new password and a new e-mail address, without the address', async () => {
    const update = (changes: object) =>
      since(() =>
        new UpdateOwnAccount(adapters).execute({
          actor: actor(),
          currentPassword: account.password,
          ...changes,
        }),
      )
    const events = await update({ password: newPassword, email: 'secret@example.com', name: 'Zoe' })
    expect(events).to.deep.equal([
      { event: 'password_changed', ...inSession(), details: {} },
      { event: 'email_changed', ...inSession(), details: {} },
    ])
    expect(JSON.stringify(events)).to.not.include('example.com')
    expect(await update({ currentPassword: undefined, name: 'Zoë' })).to.deep.equal([])
  })

  it('records a wrong current password, for a new password and for a new e-mail address', async () => {
    const update = (changes: object) =>
      since(() => new UpdateOwnAccount(adapters).execute({ actor: actor(), ...changes }))
    const failed = [{ event: 'reauthentication_failed', ...inSession(), details: {} }]
    const currentPassword = 'wrong'
    expect(await update({ currentPassword, password: newPassword })).to.deep.equal(failed)
    expect(await update({ currentPassword, email: 'zoe@example.com' })).to.deep.equal(failed)
    expect(await update({ password: newPassword }), 'missing').to.deep.equal([])
  })

  it('records a sign-in through a provider, and the account that it opens', async () => {
    const provider = adapters.provider.name
    const signIn = async () => {
      const begun = await new BeginExternalLogin(adapters).execute({ provider, returnTo: '/' })
      const { code, state } = adapters.provider.approve(begun.redirectTo)
      const input = { provider, code, state, browserKey: begun.browserKey, userAgent, address }
      return new CompleteExternalLogin(adapters).execute(input)
    }
    const first = await since(signIn)
    expect(first.map(({ event }) => event)).to.deep.equal(['registration', 'sign_in'])
    expect(first[1]).to.deep.include({ address, details: { method: provider } })
    expect((await since(signIn)).map(({ event }) => event)).to.deep.equal(['sign_in'])
    const begun = await new BeginExternalLogin(adapters).execute({ provider, returnTo: '/' })
    const state = new URL(begun.redirectTo).searchParams.get('state') ?? ''
    const denied = { provider, code: undefined, state, browserKey: begun.browserKey, userAgent, address }
    expect((await since(() => new CompleteExternalLogin(adapters).execute(denied)))[0]).to.deep.include({
      event: 'sign_in_failed',
      details: { method: provider, reason: 'denied_by_provider' },
    })
  })

  it('records why a sign-in through a provider failed', async () => {
    const { name: provider } = adapters.provider
    const reasonOf = async (change: (approved: { code: string; state: string }) => object) => {
      const begun = await new BeginExternalLogin(adapters).execute({ provider, returnTo: '/' })
      const approved = adapters.provider.approve(begun.redirectTo)
      const input = { provider, ...approved, browserKey: begun.browserKey, userAgent, address }
      const login = new CompleteExternalLogin(adapters)
      const events = await since(() => login.execute({ ...input, ...change(approved) }))
      expect(events).to.have.length(1)
      expect(events[0]).to.include({ event: 'sign_in_failed', address })
      return [events[0]?.details?.['reason'], events[0]?.subjectId]
    }
    const isRight = () => ({})
    expect(await reasonOf(() => ({ state: 'forged' }))).to.deep.equal(['invalid_state', undefined])
    expect(await reasonOf(() => ({ code: 'forged' }))).to.deep.equal(['denied_by_provider', undefined])
    const { subject } = adapters.provider.profile
    adapters.provider.profile = { ...adapters.provider.profile, email: account.user.email }
    expect(await reasonOf(isRight)).to.deep.equal(['email_taken', undefined])
    const known = aUser({ isActive: false })
    await adapters.identities.insertUser(known, { provider, subject })
    expect(await reasonOf(isRight)).to.deep.equal(['account_disabled', known.id])
  })

  it('records writes of administrators: profile, activity, role, quota, deletion', async () => {
    const update = (changes: object) =>
      since(() => new UpdateUser(adapters).execute({ actor: byAdmin(), id: account.user.id, ...changes }))
    const facts = asAdmin()
    expect(await update({ name: 'Zoe', isActive: true, isAdmin: true })).to.deep.equal([
      { event: 'user_updated', ...facts, details: { fields: 'name,is_active', is_active: true } },
      { event: 'user_role_changed', ...facts, details: { is_admin: true } },
    ])
    expect(await update({ email: admin.user.email }), 'refused').to.deep.equal([])
    const own = { bytes: 1000, files: undefined }
    const quota = () => new SetQuota(adapters).execute({ actor: byAdmin(), id: account.user.id, own })
    expect(await since(quota)).to.deep.equal([
      { event: 'user_quota_changed', ...facts, details: { quota_bytes: 1000, quota_files: null } },
    ])
    const remove = () => new DeleteUser(adapters).execute({ actor: byAdmin(), id: account.user.id })
    expect(await since(remove)).to.deep.equal([
      { event: 'user_deleted', ...facts, details: { removed_blobs: 0 } },
    ])
    expect(await since(remove), 'refused').to.deep.equal([])
  })

  it('records the deletion of the own account', async () => {
    const remove = () => new DeleteUser(adapters).execute({ actor: actor(), id: account.user.id })
    expect(await since(remove)).to.deep.equal([
      { event: 'account_deleted', ...inSession(), details: { removed_blobs: 0 } },
    ])
  })

  it('records administrators of the command line', async () => {
    const input = { name: 'Ada', surname: 'Min', email: 'ada@example.com', password: newPassword }
    const create = () => new CreateAdmin(adapters).execute(input)
    const details = (await since(create)).map((event) => [event.event, event.details])
    expect(details).to.deep.equal([['admin_created', { outcome: 'created', method: 'command_line' }]])
    expect((await since(create))[0]?.details).to.include({ outcome: 'promoted' })
  })
})
