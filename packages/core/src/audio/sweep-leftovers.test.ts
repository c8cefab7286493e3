import { expect } from 'chai'
import { unlimited } from '../users/quota.ts'
import {
  anAccount,
  anAudio,
  errorOf,
  inMemoryAdapters,
  inMemoryRepositories,
  liveSessionsOf,
  inPieces,
  someBytes,
  type Account,
  type InMemoryAdapters,
} from '../testing/index.ts'
import type { AudioId } from '../ids.ts'
import { BeginExternalLogin } from '../sessions/begin-external-login.ts'
import type { Audio } from './audio.ts'
import { defaultSweepAgeSeconds, SweepLeftovers, type SweepLeftoversDependencies } from './sweep-leftovers.ts'

describe('SweepLeftovers', () => {
  const nothing = {
    tombstones: 0,
    expiredUploads: 0,
    orphans: 0,
    keptOrphans: 0,
    partialWrites: 0,
    deadSessions: 0,
    expiredLogins: 0,
    expiredKeys: 0,
    expiredAuditEvents: 0,
    failed: 0,
  }
  let adapters: InMemoryAdapters
  let account: Account

  beforeEach(async () => {
    adapters = inMemoryAdapters()
    account = await anAccount(adapters)
  })

  const sweep = (deps: Partial<SweepLeftoversDependencies> = {}) =>
    new SweepLeftovers({ ...adapters, ...deps }).execute({ ageSeconds: defaultSweepAgeSeconds })

  const anUpload = async (state: 'pending' | 'ready' | 'buried'): Promise<Audio> => {
    const audio = anAudio({ ownerId: account.user.id, createdAt: adapters.clock.now() })
    await adapters.audio.insertPending(audio, unlimited)
    await adapters.contents.write(audio.id, inPieces(someBytes(10)))
    if (state !== 'pending') await adapters.audio.markReady(audio)
    if (state === 'buried') await adapters.audio.bury(audio.id, account.user.id)
    return audio
  }

  const anOrphan = async (): Promise<AudioId> => {
    const { id } = anAudio()
    await adapters.contents.write(id, inPieces(someBytes(10)))
    return id
  }

  const hasBytes = async (id: AudioId): Promise<boolean> => (await adapters.contents.stat(id)) !== undefined
  const hasRow = async (id: AudioId): Promise<boolean> => (await adapters.leftovers.known([id])).has(id)

  it('removes events of the audit log after the retention period', async () => {
    // The account has signed in.
    adapters.clock.advance(adapters.auditRetentionSeconds)
    expect((await sweep()).expiredAuditEvents).to.equal(0)
    adapters.clock.advance(1)
    expect((await sweep()).expiredAuditEvents).to.equal(1)
    expect((await adapters.auditLog.list({ limit: 10, after: undefined }, {})).items).to.deep.equal([])
  })

  it('does nothing where nothing was left', async () => {
    const { id } = await anUpload('ready')
    adapters.clock.advance(25 * 3600)
    expect(await sweep()).to.deep.equal(nothing)
    expect([await hasRow(id), await hasBytes(id)]).to.deep.equal([true, true])
  })

  it('removes uploads that were never finished, and deletions that were not, with their bytes', async () => {
    const left = [await anUpload('pending'), await anUpload('buried')]
    adapters.clock.advance(25 * 3600)
    expect(await sweep()).to.deep.equal({ ...nothing, tombstones: 2 })
    for (const { id } of left) expect([await hasRow(id), await hasBytes(id)]).to.deep.equal([false, false])
    expect(await sweep()).to.deep.equal(nothing)
  })

  it('removes bytes without a row', async () => {
    await anUpload('ready')
    const ids = [await anOrphan(), await anOrphan()]
    adapters.clock.advance(25 * 3600)
    expect(await sweep()).to.deep.equal({ ...nothing, orphans: 2 })
    for (const id of ids) expect(await hasBytes(id)).to.equal(false)
  })

  it('keeps bytes without a row where the database knows of no audio at all', async () => {
    const ids = [await anOrphan(), await anOrphan()]
    adapters.clock.advance(25 * 3600)
    expect(await sweep()).to.deep.equal({ ...nothing, keptOrphans: 2 })
    for (const id of ids) expect(await hasBytes(id)).to.equal(true)
  })

  it('keeps bytes without a row where no audio of the database has its bytes here: they are those of another database', async () => {
    const { id } = await anUpload('ready')
    await adapters.contents.remove(id)
    const ids = [await anOrphan(), await anOrphan()]
    adapters.clock.advance(25 * 3600)
    expect(await sweep()).to.deep.equal({ ...nothing, keptOrphans: 2 })
    for (const orphan of ids) expect(await hasBytes(orphan)).to.equal(true)
    await anUpload('ready')
    expect(await sweep()).to.deep.equal({ ...nothing, orphans: 2 })
  })

  it('keeps bytes that are older than the database: it was lost, and made anew beside what is left of the old one', async () => {
    const old = await anOrphan()
    adapters.clock.advance(60)
    adapters = { ...adapters, ...inMemoryRepositories({ clock: adapters.clock }) }
    account = await anAccount(adapters)
    await anUpload('ready')
    const young = await anOrphan()
    adapters.clock.advance(25 * 3600)
    expect(await sweep()).to.deep.equal({ ...nothing, orphans: 1, keptOrphans: 1 })
    expect([await hasBytes(old), await hasBytes(young)]).to.deep.equal([true, false])
  })

  it('gives no upload up that something was heard of, however long it takes', async () => {
    const pending = await anUpload('pending')
    adapters.clock.advance(25 * 3600)
    await adapters.audio.touch(pending.id, adapters.clock.now())
    adapters.clock.advance(3600)
    expect(await sweep()).to.deep.equal(nothing)
    expect(await adapters.audio.markReady(pending)).to.equal('ready')
  })

  it('gives no upload in flight up, however young the leftovers are that it is to remove', async () => {
    await anUpload('ready')
    const [pending, orphan] = [await anUpload('pending'), await anOrphan()]
    adapters.clock.advance(14 * 60)
    const sweepAll = () => new SweepLeftovers(adapters).execute({ ageSeconds: 0 })
    expect(await sweepAll()).to.deep.equal(nothing)
    adapters.clock.advance(2 * 60)
    expect(await sweepAll()).to.deep.equal({ ...nothing, tombstones: 1, orphans: 1 })
    expect([await hasBytes(pending.id), await hasBytes(orphan)]).to.deep.equal([false, false])
  })

  it('tells how far it is, and stops where it is told to', async () => {
    await anUpload('ready')
    for (let count = 0; count < 3; count++) await anOrphan()
    adapters.clock.advance(25 * 3600)
    const stop = new AbortController()
    const seen: number[] = []
    const onProgress = (contents: number): void => {
      seen.push(contents)
      if (contents === 2) stop.abort()
    }
    const sweeping = new SweepLeftovers(adapters).execute({ ageSeconds: 0, onProgress, signal: stop.signal })
    expect(await errorOf(sweeping)).to.have.property('name', 'AbortError')
    expect(seen).to.deep.equal([1, 2])
  })

  it('touches nothing that is younger than it may be', async () => {
    const pending = await anUpload('pending')
    const orphan = await anOrphan()
    adapters.clock.advance(23 * 3600)
    expect(await sweep()).to.deep.equal(nothing)
    expect([await hasRow(pending.id), await hasBytes(pending.id), await hasBytes(orphan)]).to.deep.equal([
      true,
      true,
      true,
    ])
    expect(await adapters.audio.markReady(pending)).to.equal('ready')
  })

  it('leaves an upload alone that finishes while the sweep runs', async () => {
    const audio = await anUpload('pending')
    adapters.clock.advance(25 * 3600)
    await adapters.audio.markReady(audio)
    expect(await sweep()).to.deep.equal(nothing)
    expect(await hasBytes(audio.id)).to.equal(true)
  })

  it('works through more than one batch', async () => {
    await anUpload('ready')
    for (let count = 0; count < 501; count++) {
      await anUpload('pending')
      await anOrphan()
    }
    adapters.clock.advance(25 * 3600)
    expect(await sweep()).to.deep.equal({ ...nothing, tombstones: 501, orphans: 501 })
  })

  it('goes on where something cannot be removed, reports it and tries again the next time', async () => {
    await anUpload('ready')
    const [stuck, free, orphan] = [await anUpload('pending'), await anUpload('pending'), await anOrphan()]
    adapters.clock.advance(25 * 3600)
    const cause = new Error('the disk is read-only')
    const contents: SweepLeftoversDependencies['contents'] = {
      list: () => adapters.contents.list(),
      stat: (id) => adapters.contents.stat(id),
      removePartial: (...partial) => adapters.contents.removePartial(...partial),
      remove: async (id) => {
        if (id === stuck.id || id === orphan) throw cause
        await adapters.contents.remove(id)
      },
    }
    expect(await sweep({ contents })).to.deep.equal({ ...nothing, tombstones: 1, failed: 2 })
    expect(await hasBytes(free.id)).to.equal(false)
    expect(adapters.incidents.all).to.deep.equal([
      { kind: 'content_left_behind', audioId: stuck.id, cause },
      { kind: 'content_left_behind', audioId: orphan, cause },
    ])
    expect(await sweep()).to.deep.equal({ ...nothing, tombstones: 1, orphans: 1 })
  })

  it('counts the partial writes that the store removes', async () => {
    const asked: Date[] = []
    const contents: SweepLeftoversDependencies['contents'] = {
      list: () => adapters.contents.list(),
      stat: (id) => adapters.contents.stat(id),
      remove: (id) => adapters.contents.remove(id),
      removePartial: async (before) => {
        asked.push(before)
        return 3
      },
    }
    adapters.clock.advance(25 * 3600)
    expect(await sweep({ contents })).to.deep.equal({ ...nothing, partialWrites: 3 })
    expect(asked).to.deep.equal([new Date('2026-01-01T01:00:00.000Z')])
  })

  it('forgets sessions that have been over for a day, and sign-ins that expired', async () => {
    const begin = () => new BeginExternalLogin(adapters).execute({ provider: 'fake', returnTo: '/' })
    await begin()
    const other = await account.signIn()
    await adapters.sessions.end(other.actor.sessionId, account.user.id, adapters.clock.now())
    adapters.clock.advance(23 * 3600)
    const late = await account.signIn()
    await adapters.sessions.end(late.actor.sessionId, account.user.id, adapters.clock.now())
    adapters.clock.advance(2 * 3600)
    await begin()
    expect(await sweep()).to.deep.equal({ ...nothing, deadSessions: 1, expiredLogins: 1 })
    const live = await liveSessionsOf(adapters, account.user.id, adapters.clock.now())
    expect(live.map(({ id }) => id)).to.deep.equal([account.actor.sessionId])
  })

  it('forgets the answers whose day is over', async () => {
    const begin = (recordId: string) => {
      const now = adapters.clock.now()
      return adapters.idempotency.begin({ recordId, holder: 'h', userId: undefined, now, leaseEndsAt: now })
    }
    await begin('old')
    adapters.clock.advance(60)
    await begin('young')
    expect(await sweep()).to.deep.equal({ ...nothing, expiredKeys: 1 })
  })
})
