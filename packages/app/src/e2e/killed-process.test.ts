import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { UuidV7Generator } from '@audiohost/adapters-identity'
import { MagicAudioSniffer } from '@audiohost/adapters-media'
import { postgresRepositories } from '@audiohost/adapters-postgres'
import { aDatabase, type TestDatabase } from '@audiohost/adapters-postgres/testing'
import { DiskAudioContentStore } from '@audiohost/adapters-storage'
import {
  newSessionId,
  SweepLeftovers,
  UploadAudio,
  type Actor,
  type AudioId,
  type Repositories,
} from '@audiohost/core'
import { aUser, inMemoryAdapters, inPieces, SequentialIds } from '@audiohost/core/testing'
import { expect } from 'chai'
import type { LastWords } from './killed-process.ts'
import { runUntilKilled } from './run-until-killed.ts'
import { readSample } from './test-server.ts'

const owner = aUser()
const actor: Actor = { userId: owner.id, sessionId: newSessionId(new SequentialIds()), isAdmin: false }

describe('a process that is killed in the middle of uploads and removals, one at each call of disk and database', () => {
  let database: TestDatabase
  let repositories: Repositories
  let folder: string
  let contents: DiskAudioContentStore
  let told: LastWords

  before(async function () {
    this.timeout(60_000)
    database = await aDatabase()
    repositories = postgresRepositories(database.database)
    await repositories.users.insert(owner, 'hash')
    folder = await mkdtemp(path.join(tmpdir(), 'audiohost-killed-'))
    await DiskAudioContentStore.open(folder)
    const assignment = { databaseUrl: database.url, folder, actor }
    told = (await runUntilKilled('./killed-process.ts', assignment)) as LastWords
    contents = await DiskAudioContentStore.openExisting(folder)
  })
  after(async () => {
    await database.drop()
    await rm(folder, { recursive: true })
  })

  async function readyIds(): Promise<AudioId[]> {
    return database.database.run((knex) => knex('audio').where({ status: 'ready' }).pluck<AudioId[]>('id'))
  }

  async function storedIds(): Promise<AudioId[]> {
    const ids: AudioId[] = []
    for await (const { id } of contents.list()) ids.push(id)
    return ids.sort()
  }

  it('was halted at every call, before and after', () => {
    expect(told.uploadPoints).to.be.greaterThan(40)
    expect(told.removalPoints).to.be.greaterThan(6)
  })

  it('leaves whole contents behind all that is ready', async () => {
    const song = await readSample('spoken/cbr.mp3')
    const sha256 = createHash('sha256').update(song).digest('hex')
    for (const id of await readyIds()) {
      expect((await repositories.audio.find(id))?.content).to.deep.equal({ sizeBytes: song.length, sha256 })
      const content = await contents.open(id)
      expect(content && (await buffer(content)).equals(song)).to.equal(true)
    }
  })

  it('keeps all that was acknowledged, and nothing comes back that was removed', async () => {
    const ready = await readyIds()
    expect(ready).to.include.members([...told.acknowledged])
    expect(ready).to.not.include.members([...told.removed])
    // Committed, and killed before anybody could be told; or to be removed, and killed before that was committed.
    const untold = ready.filter((id) => !told.acknowledged.includes(id))
    expect(untold.filter((id) => !told.leaving.includes(id))).to.have.length.within(1, 16)
    expect(untold.filter((id) => told.leaving.includes(id))).to.have.length.within(1, 16)
  })

  it('leaves nothing else after the sweep of the next day', async () => {
    const incidents: unknown[] = []
    const sweep = new SweepLeftovers({
      ...repositories,
      contents,
      incidents: { report: (incident) => incidents.push(incident) },
      clock: { now: () => new Date(Date.now() + 25 * 3600 * 1000) },
      auditRetentionSeconds: 365 * 24 * 3600,
    })
    const report = await sweep.execute({ ageSeconds: 24 * 3600 })
    expect([report.failed, incidents]).to.deep.equal([0, []])
    expect(report.tombstones).to.be.greaterThan(40)
    expect(report.partialWrites).to.be.greaterThan(4)

    const ready = (await readyIds()).sort()
    expect(await storedIds()).to.deep.equal(ready)
    const rows = await database.database.run((knex) => knex('audio').pluck<string[]>('id'))
    expect(rows.sort()).to.deep.equal(ready)
    const files = await readdir(folder, { recursive: true, withFileTypes: true })
    expect(files.filter((entry) => entry.isFile())).to.have.length(ready.length + 1)
    const { usage } = (await repositories.quotas.find(owner.id)) ?? {}
    expect(usage).to.include({ usedFiles: ready.length, reservedFiles: 0, reservedBytes: 0 })
  })

  it('makes no second audio of an upload that is sent again', async () => {
    const song = await readSample('spoken/cbr.mp3')
    const before = await readyIds()
    const { probe, incidents, retries, defaultQuota } = inMemoryAdapters()
    const upload = new UploadAudio({
      ...repositories,
      contents,
      probe,
      incidents,
      retries,
      defaultQuota,
      clock: { now: () => new Date() },
      sniffer: new MagicAudioSniffer(),
      ids: new UuidV7Generator(),
      maxUploadBytes: 1e9,
    })
    const answered: AudioId[] = []
    for (const id of told.requestIds) {
      const madeFor = { id, since: new Date(0) }
      const details = async () => ({})
      for (let times = 0; times < 2; times++) {
        const content = inPieces(song)
        const audio = await upload.execute({ actor, content, fileName: 'song.mp3', details, madeFor })
        answered.push(audio.id)
      }
    }
    const requests = told.requestIds.length
    expect(new Set(answered).size).to.equal(requests)
    const made = (await readyIds()).filter((id) => !before.includes(id))
    expect(made).to.have.length.within(1, requests - 1)
    const committedBefore = answered.filter((id) => before.includes(id))
    expect(made.length + new Set(committedBefore).size).to.equal(requests)
    expect((await storedIds()).length).to.equal((await readyIds()).length)
  })
})
