import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rm, truncate } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import { exists, flipBit, OperatedServer, twoDaysAgo, workload } from './operated-server.ts'

interface Report {
  readonly outcome: string
  readonly checks: readonly {
    readonly name: string
    readonly outcome: string
    readonly found: number
    readonly fixed: number
    readonly items: readonly Readonly<Record<string, unknown>>[]
  }[]
}

interface ScrubReport {
  readonly counts: Readonly<Record<string, number>>
  readonly known: number
}

describe('audiohost doctor beside a server', function () {
  this.timeout(180_000)
  let on: OperatedServer

  beforeEach(async () => {
    on = await OperatedServer.start()
  })
  afterEach(() => on.close())

  const doctor = (code: number, ...options: readonly string[]) =>
    on.report<Report>(['doctor', ...options], code)

  /** Outcome, found and fixed of every check that is not simply in order. */
  const notOk = ({ checks }: Report): Record<string, [string, number, number]> =>
    Object.fromEntries(
      checks
        .filter(({ outcome, found }) => outcome !== 'ok' || found > 0)
        .map(({ name, outcome, found, fixed }) => [name, [outcome, found, fixed]]),
    )

  /** Two contents harmed that doctor can see, one that it cannot; leftovers, old and young; a wrong counter. */
  async function harm([missing, short, corrupt]: readonly [string, string, string]) {
    await rm(on.fileOf(missing))
    await truncate(on.fileOf(short), 1000)
    await flipBit(on.fileOf(corrupt))
    const partial = '.0123456789abcdef.partial'
    const orphan = randomUUID()
    const old = [await on.plant(orphan, '', twoDaysAgo), await on.plant(randomUUID(), partial, twoDaysAgo)]
    const young = [
      await on.plant(randomUUID(), '', new Date()),
      await on.plant(randomUUID(), partial, new Date()),
    ]
    await on.sql(
      `insert into audio (id, status, owner_id, created_at)
         select gen_random_uuid(), 'pending', id, now() - interval '2 days' from users where name = 'ada'`,
    )
    await on.sql(
      `update storage_usage set used_bytes = used_bytes + 4711 where user_id = (select id from users where name = 'ada')`,
    )
    return { orphan, old, young }
  }

  it('finds all that was harmed while the server goes on working, mends it, and finds nothing then', async () => {
    const ids = [await on.upload(), await on.upload(), await on.upload(), await on.upload()] as const
    const [missing, short, corrupt, untouched] = ids
    for (const id of ids) await on.backUp(id)
    expect(notOk(await doctor(0))).to.deep.equal({})
    const { orphan, old, young } = await harm([missing, short, corrupt])
    const stop = await workload(on)

    const report = await doctor(1)
    expect(notOk(report)).to.deep.equal({
      contents: ['problem', 2, 0],
      orphans: ['problem', 1, 0],
      partial_writes: ['problem', 1, 0],
      stuck_uploads: ['problem', 1, 0],
      usage: ['problem', 1, 0],
    })
    const items = report.checks.flatMap((check) => check.items)
    expect(items).to.deep.include({ content_id: orphan })
    const found = items.filter((item) => 'audio_id' in item)
    expect(found.map((item) => [item['audio_id'], item['found']])).to.have.deep.members([
      [missing, 'missing'],
      [short, 'short'],
    ])
    for (const file of [...old, ...young]) expect(await exists(file), file).to.equal(true)
    expect([await on.status(missing), await on.status(short)]).to.deep.equal(['ready', 'ready'])

    expect(notOk(await doctor(1, '--fix')), 'what is lost stays lost').to.deep.equal({
      contents: ['problem', 2, 0],
      orphans: ['fixed', 1, 1],
      partial_writes: ['fixed', 1, 1],
      stuck_uploads: ['fixed', 1, 1],
      usage: ['fixed', 1, 1],
    })
    for (const file of old) expect(await exists(file), file).to.equal(false)
    for (const file of young) expect(await exists(file), file).to.equal(true)
    expect([await on.status(missing), await on.status(short)]).to.deep.equal(['damaged', 'damaged'])
    const played = [await on.play(missing), await on.play(short), await on.play(untouched)]
    expect(played).to.deep.equal(['content_missing', 'content_damaged', 'whole'])
    expect(notOk(await doctor(0)), 'what is known is no news').to.deep.equal({})

    const scrubbed = await on.report<ScrubReport>(['scrub', '--rate', '1GB'], 1)
    expect(scrubbed.counts).to.deep.equal({ missing: 1, short: 1, corrupt: 1, unreadable: 0, whole: 0 })
    expect(await on.play(corrupt), 'nobody has been told').to.equal('other bytes')
    const kept = await stop()
    expect(kept.size).to.be.above(20)
    for (const [id, owner] of kept) expect(await on.play(id, owner), id).to.equal('whole')

    await on.report<ScrubReport>(['scrub', '--rate', '1GB', '--fix'], 1)
    expect([await on.status(corrupt), await on.play(corrupt)]).to.deep.equal(['damaged', 'content_damaged'])
    expect((await on.report<ScrubReport>(['scrub', '--rate', '1GB'], 0)).known).to.equal(3)

    for (const id of [missing, short, corrupt]) await on.restore(id)
    expect(notOk(await doctor(1))).to.deep.equal({ contents: ['problem', 3, 0] })
    expect(notOk(await doctor(0, '--fix'))).to.deep.equal({ contents: ['fixed', 3, 3] })
    // The server lends a file that it has open for ten seconds.
    for (let tries = 0; tries < 150 && (await on.play(corrupt)) !== 'whole'; tries++) await delay(100)
    for (const id of ids) expect([await on.status(id), await on.play(id)]).to.deep.equal(['ready', 'whole'])
    expect(notOk(await doctor(0))).to.deep.equal({})
  })

  it('says what it cannot check, and ends with 2', async () => {
    await on.upload()
    const elsewhere = path.join(on.folder, 'unmounted')
    await mkdir(elsewhere)
    const unmounted = await on.report<Report>(['doctor', '--fix'], 2, { AUDIO_STORAGE_PATH: elsewhere })
    const outcomes = Object.fromEntries(unmounted.checks.map(({ name, outcome }) => [name, outcome]))
    expect(outcomes).to.include({ database: 'ok', schema: 'ok', storage: 'problem', contents: 'unchecked' })
    expect(await readdir(elsewhere)).to.deep.equal([])

    const misconfigured = await on.report<Report>(['doctor'], 2, { PORT: 'none' })
    expect(misconfigured.checks[0]).to.include({ name: 'configuration', outcome: 'problem' })

    await on.sql(`delete from schema_migrations where name = '0011-content-checks'`)
    const outdated = await doctor(2)
    expect(outdated.checks.find(({ name }) => name === 'schema')).to.include({ outcome: 'problem', found: 1 })
  })

  it('tells people what it tells machines', async () => {
    const id = await on.upload()
    await rm(on.fileOf(id))
    const app = on.command(['doctor'])
    expect(await app.ends(), app.output).to.equal(1)
    expect(app.report)
      .to.match(/^ok {8}database/m)
      .and.match(/^problem {3}contents .*1 missing/m)
    expect(app.report).to.contain(id).and.contain('doctor --fix')
  })
})
