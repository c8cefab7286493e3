import { expect } from 'chai'
import { BeginUpload } from '../uploads/begin-upload.ts'
import {
  anAccount,
  inMemoryAdapters,
  refusalOf,
  type Account,
  type InMemoryAdapters,
} from '../testing/index.ts'
import { AuthenticateMedia } from './authenticate-media.ts'
import { AuthenticateUpload } from './authenticate-upload.ts'
import { LogOut } from './log-out.ts'

const refused = { code: 'not_authenticated' }

describe('AuthenticateMedia', () => {
  let adapters: InMemoryAdapters
  let account: Account

  beforeEach(async () => {
    adapters = inMemoryAdapters()
    account = await anAccount(adapters)
  })

  const authenticate = (accessToken: string | undefined, mediaToken: string | undefined) =>
    new AuthenticateMedia(adapters).execute({ accessToken, mediaToken })

  it('accepts the media token after the access token has expired, until the session ends', async () => {
    const { accessToken, mediaToken, refreshTtlSeconds } = account.tokens
    adapters.clock.advance(refreshTtlSeconds - 1)
    expect((await authenticate(accessToken, mediaToken)).actor.userId).to.equal(account.user.id)
    adapters.clock.advance(1)
    expect(await refusalOf(authenticate(accessToken, mediaToken))).to.include(refused)
  })

  it('accepts a valid access token beside a media token of a session that has ended', async () => {
    const ended = account.tokens
    await new LogOut(adapters).execute(ended)
    const { user, tokens } = await anAccount(adapters)
    expect((await authenticate(tokens.accessToken, ended.mediaToken)).user.id).to.equal(user.id)
  })

  it('refuses the media token of a session that was ended and of a user that was deactivated', async () => {
    const { mediaToken } = account.tokens
    const other = await anAccount(adapters)
    await new LogOut(adapters).execute(account.tokens)
    expect(await refusalOf(authenticate(undefined, mediaToken))).to.include(refused)
    await adapters.users.update(other.user.id, { isActive: false }, adapters.clock.now())
    expect(await refusalOf(authenticate(undefined, other.tokens.mediaToken))).to.include(refused)
  })

  it('refuses every other token in the place of the media token', async () => {
    const { accessToken, refreshToken } = account.tokens
    for (const token of [accessToken, refreshToken, '', 'nonsense', undefined]) {
      expect(await refusalOf(authenticate(undefined, token))).to.include(refused)
    }
  })
})

describe('AuthenticateUpload', () => {
  let adapters: InMemoryAdapters
  let account: Account

  beforeEach(async () => {
    adapters = inMemoryAdapters()
    account = await anAccount(adapters)
  })

  const begin = async ({ actor }: Account) => {
    const input = { actor, lengthBytes: 100, fileName: 'a.mp3' }
    return (await new BeginUpload(adapters).execute(input)).id
  }
  const authenticate = (uploadId: Awaited<ReturnType<typeof begin>> | undefined, { tokens } = account) =>
    new AuthenticateUpload(adapters).execute({ accessToken: tokens.accessToken, uploadId })

  it('accepts a valid access token for every upload, also for one that is not there', async () => {
    expect((await authenticate(undefined)).user.id).to.equal(account.user.id)
  })

  it('accepts an expired access token for an upload that was begun before it expired', async () => {
    const id = await begin(account)
    adapters.clock.advance(3600)
    expect((await authenticate(id)).user.id).to.equal(account.user.id)
  })

  it('refuses an expired access token for a later upload, another user’s upload, and no upload', async () => {
    const other = await anAccount(adapters)
    const foreign = await begin(other)
    adapters.clock.advance(300)
    const later = await begin(account)
    for (const id of [later, foreign, undefined]) {
      expect(await refusalOf(authenticate(id))).to.include(refused)
    }
  })

  it('refuses an expired access token once its session has ended', async () => {
    const id = await begin(account)
    adapters.clock.advance(3600)
    await new LogOut(adapters).execute({ ...account.tokens, accessToken: undefined })
    expect(await refusalOf(authenticate(id))).to.include(refused)
  })

  it('refuses every token that is not an access token', async () => {
    const id = await begin(account)
    const { refreshToken, mediaToken } = account.tokens
    for (const accessToken of [refreshToken, mediaToken, '', 'nonsense']) {
      const attempt = new AuthenticateUpload(adapters).execute({ accessToken, uploadId: id })
      expect(await refusalOf(attempt)).to.include(refused)
    }
  })
})
