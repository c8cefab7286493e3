import { createHash } from 'node:crypto'
import { cp, mkdtemp, rm, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { AppProcess } from './app-process.ts'
import type { Browser } from './browser.ts'
import { MachinePostgres } from './machine-postgres.ts'
import { exists, twoDaysAgo } from './operated-server.ts'
import { password, readSample, startTestServer, testSecret, type TestServer } from './test-server.ts'

const isRequired = process.env['CI'] === 'true' && process.env['REQUIRE_SERVICES'] === '1'

interface DoctorReport {
  readonly checks: readonly {
    readonly name: string
    readonly outcome: string
    readonly items: readonly Readonly<Record<string, unknown>>[]
  }[]
}

interface Uploaded {
  readonly id: string
  readonly sha256: string
}

describe('a backup made while the app runs, the database first and the contents after it', function () {
  this.timeout(120_000)
  let postgres: MachinePostgres | undefined
  let source: TestServer
  let ada: Browser
  let folder: string
  let restoredUrl: string

  before(async function () {
    folder = await mkdtemp(path.join(tmpdir(), 'audiohost-backup-'))
    postgres = await MachinePostgres.start()
    if (postgres) return
    if (isRequired) throw new Error('PostgreSQL is not installed on this machine')
    this.skip()
  })
  after(async () => {
    await postgres?.stop()
    await rm(folder, { recursive: true })
  })

  const upload = async (sample: string): Promise<Uploaded> => {
    const bytes = await readSample(sample)
    const reply = await ada.upload(bytes, 'song')
    expect(reply.status).to.equal(201)
    const { id } = (await reply.json()) as { id: string }
    return { id, sha256: sha256Of(bytes) }
  }

  const remove = async ({ id }: Uploaded): Promise<void> => {
    expect((await ada.fetch(`/v1/audio/file/${id}`, { method: 'DELETE' })).status).to.equal(204)
  }

  /** A command on what was restored. */
  const report = async <T>(args: readonly string[], code: number): Promise<T> => {
    const variables = { DATABASE_URL: restoredUrl, DATA_DIR: folder, INTERNAL_SECRET: testSecret }
    const app = new AppProcess({ args: [...args, '--json'], cwd: folder, variables })
    expect(await app.ends(), app.output).to.equal(code)
    return JSON.parse(app.report) as T
  }

  const diagnosis = async (code: number): Promise<unknown> => {
    const { checks } = await report<DoctorReport>(['doctor'], code)
    const named = (item: Readonly<Record<string, unknown>>) =>
      item['content_id'] ?? [item['audio_id'], item['found']]
    return checks.filter(({ outcome }) => outcome !== 'ok').map(({ name, items }) => [name, items.map(named)])
  }

  it('restores every audio of the dump that was not deleted, and takes nothing else for harm', async () => {
    if (!postgres) throw new Error('There is no PostgreSQL')
    const sourceUrl = postgres.createDatabase('source')
    restoredUrl = postgres.createDatabase('restored')
    source = await startTestServer({ DATABASE_URL: sourceUrl })
    postgres.sql(
      sourceUrl,
      "update schema_migrations set migration_time = migration_time - interval '7 days'",
    )
    ada = await source.signedIn('ada')
    const kept = [
      await upload('spoken/cbr.mp3'),
      await upload('spoken/tagged.flac'),
      await upload('spoken/opus.ogg'),
    ]
    await remove(await upload('spoken/cbr.mp3'))
    const deleted = await upload('spoken/pcm16.wav')

    postgres.dump(sourceUrl, path.join(folder, 'audiohost.dump'))
    const late = await upload('spoken/vorbis.ogg')
    await remove(deleted)
    await remove(await upload('spoken/adts.aac'))
    const contents = path.join(folder, 'audio')
    await cp(path.join(source.dataFolder, 'audio'), contents, { recursive: true, preserveTimestamps: true })
    await source.close()

    postgres.restore(path.join(folder, 'audiohost.dump'), restoredUrl)
    const deletedSince = ['contents', [[deleted.id, 'missing']]]
    expect(await diagnosis(1)).to.deep.equal([deletedSince])
    await expectRestored({ kept, deleted, late })

    const lateFile = path.join(contents, late.id.slice(-2), late.id.slice(-4, -2), late.id)
    expect(await exists(lateFile)).to.equal(true)
    await utimes(lateFile, twoDaysAgo, twoDaysAgo)
    expect(await diagnosis(1)).to.deep.equal([deletedSince, ['orphans', [late.id]]])
    expect(await report(['sweep'], 0)).to.include({ orphans: 1, kept_orphans: 0, failed: 0 })
    await expectRestored({ kept, deleted, late })
  })

  /** A server on what was restored plays what was sent, and nothing else. */
  async function expectRestored(uploads: {
    readonly kept: readonly Uploaded[]
    readonly deleted: Uploaded
    readonly late: Uploaded
  }): Promise<void> {
    const server = await startTestServer({ DATABASE_URL: restoredUrl, DATA_DIR: folder })
    try {
      const browser = server.browser()
      await browser.json('POST', '/v1/auth/login', { email: 'ada@example.org', password })
      const play = (id: string): Promise<Response> => browser.fetch(`/v1/audio/file/${id}`)
      for (const { id, sha256 } of uploads.kept) {
        expect(sha256Of(Buffer.from(await (await play(id)).arrayBuffer()))).to.equal(sha256)
      }
      expect(await (await play(uploads.deleted.id)).json()).to.include({ code: 'content_missing' })
      expect((await play(uploads.late.id)).status).to.equal(404)
      const again = await browser.upload(await readSample('spoken/cbr.mp3'), 'song.mp3')
      expect(again.status).to.equal(201)
    } finally {
      await server.close()
    }
  }
})

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
