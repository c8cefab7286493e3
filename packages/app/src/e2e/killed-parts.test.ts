import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { MagicAudioSniffer } from '@audiohost/adapters-media'
import { UuidV7Generator } from '@audiohost/adapters-identity'
import { postgresRepositories } from '@audiohost/adapters-postgres'
import { aDatabase, type TestDatabase } from '@audiohost/adapters-postgres/testing'
import { DiskAudioContentStore } from '@audiohost/adapters-storage'
import {
  AppendToUpload,
  FairScheduler,
  FindUpload,
  newSessionId,
  type Actor,
  type AudioId,
  type Repositories,
  type UserId,
} from '@audiohost/core'
import { aUser, inPieces, SequentialIds } from '@audiohost/core/testing'
import { expect } from 'chai'
import { MusicMetadataProbe } from '../../../adapters-media/src/music-metadata-probe.ts'
import type { LastWords, ToldOfUpload } from './killed-parts.ts'
import { runUntilKilled } from './run-until-killed.ts'
import { sweptAfterTwoDays } from './swept.ts'
import { readSample } from './test-server.ts'

const owner = aUser()
const actor: Actor = { userId: owner.id, sessionId: newSessionId(new SequentialIds()), isAdmin: false }

describe('a process that is killed in the middle of resumable uploads, one at each call of disk and database', () => {
  let database: TestDatabase
  let repositories: Repositories
  let folder: string
  let contents: DiskAudioContentStore
  let song: Buffer
  let told: LastWords

  before(async function () {
    this.timeout(120_000)
    song = await readSample('spoken/cbr.mp3')
    database = await aDatabase()
    repositories = postgresRepositories(database.database)
    await repositories.users.insert(owner, 'hash')
    folder = await mkdtemp(path.join(tmpdir(), 'audiohost-killed-'))
    await DiskAudioContentStore.open(folder)
    const assignment = { databaseUrl: database.url, folder, actor }
    told = (await runUntilKilled('./killed-parts.ts', assignment)) as LastWords
    contents = await DiskAudioContentStore.openExisting(folder)
  })
  after(async () => {
    await database.drop()
    await rm(folder, { recursive: true })
  })

  const deps = () => ({
    ...repositories,
    contents,
    sniffer: new MagicAudioSniffer(),
    probe: new MusicMetadataProbe(),
    incidents: { report: ({ cause }: { readonly cause: unknown }) => expect.fail(String(cause)) },
    clock: { now: () => new Date() },
    ids: new UuidV7Generator(),
    joinScheduler: new FairScheduler<UserId>({ slots: 1, maxWaiting: 1, retryAfterSeconds: 1 }),
    maxUploadBytes: 1e9,
    uploadExpirySeconds: 24 * 3600,
    defaultQuota: { bytes: undefined, files: undefined },
  })

  async function expectSong(id: AudioId): Promise<void> {
    const sha256 = createHash('sha256').update(song).digest('hex')
    expect((await repositories.audio.find(id))?.content).to.deep.equal({ sizeBytes: song.length, sha256 })
    const content = await contents.open(id)
    expect(content && (await buffer(content)).equals(song)).to.equal(true)
  }

  const readyIds = (): Promise<AudioId[]> =>
    database.database.run((knex) => knex('audio').where({ status: 'ready' }).pluck<AudioId[]>('id'))

  /** As its client does: asks how far it has come, and sends the rest. */
  async function goOn({ id, offsetBytes: toldBytes, audioId: toldAudio }: ToldOfUpload): Promise<AudioId> {
    const found = await new FindUpload(deps()).execute({ actor, id })
    expect(found.offsetBytes).to.be.within(toldBytes, song.length)
    if (toldAudio !== undefined) expect(found.audioId).to.equal(toldAudio)
    const { offsetBytes } = found
    const content = inPieces(song.subarray(offsetBytes))
    const { audioId } = await new AppendToUpload(deps()).execute({ actor, id, offsetBytes, content })
    if (audioId === undefined) throw new Error(`${id} has not become audio`)
    return audioId
  }

  it('was halted at every call, before and after', () => {
    expect(told.points).to.be.greaterThan(150)
    expect(new Set(told.uploads.map(({ offsetBytes }) => offsetBytes))).to.deep.equal(
      new Set([4000, 7000, song.length]),
    )
  })

  it('lists nothing but whole songs', async () => {
    for (const id of await readyIds()) await expectSong(id)
  })

  it('has kept all that was acknowledged: each goes on from there and becomes the song, once', async () => {
    const finished: AudioId[] = []
    for (const upload of told.uploads) {
      const audioId = await goOn(upload)
      await expectSong(audioId)
      finished.push(audioId)
    }
    expect((await readyIds()).sort()).to.deep.equal([...new Set(finished)].sort())
    expect(new Set(finished).size).to.equal(told.uploads.length)
  })

  it('leaves nothing else after the sweep', async () => {
    const ready = (await readyIds()).sort()
    const { report, incidents, ...left } = await sweptAfterTwoDays({ database, folder })
    expect([report.failed, incidents]).to.deep.equal([0, []])
    expect(report.orphans).to.be.greaterThan(4)
    expect(report.partialWrites).to.be.greaterThan(4)
    expect(left).to.deep.equal({
      rows: ready.map((id) => ({ id, status: 'ready' })),
      files: ready,
      parts: 0,
    })
    const { usage } = (await repositories.quotas.find(owner.id)) ?? {}
    expect(usage).to.include({ usedFiles: ready.length, reservedFiles: 0, reservedBytes: 0 })
  })
})
