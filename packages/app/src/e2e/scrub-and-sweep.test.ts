import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import { exists, OperatedServer, twoDaysAgo } from './operated-server.ts'

interface ScrubReport {
  readonly interrupted: boolean
  readonly due: { readonly contents: number }
  readonly done: { readonly contents: number }
  readonly bytes_per_second: number
  readonly findings: readonly unknown[]
}

describe('audiohost scrub and sweep beside a server', function () {
  this.timeout(120_000)
  let on: OperatedServer

  beforeEach(async () => {
    on = await OperatedServer.start()
  })
  afterEach(() => on.close())

  it('goes on scrubbing where it was stopped', async () => {
    for (let count = 0; count < 6; count++) await on.upload()
    // In its first second it reads one of them, and then one a second.
    const app = on.command(['scrub', '--json', '--rate', on.song.length.toString()])
    while ((await on.idsWhere('verified_at is not null')).length === 0) await delay(50)
    expect(await app.ends('SIGINT'), app.output).to.equal(0)
    const first = JSON.parse(app.report) as ScrubReport
    expect(first).to.deep.include({ interrupted: true, findings: [] })
    expect(first.done.contents).to.be.within(1, 5)

    const again = ['scrub', '--older-than', '1', '--rate', '1GB']
    const rest = await on.report<ScrubReport>(again, 0)
    expect(rest.interrupted).to.equal(false)
    expect(rest.bytes_per_second).to.be.above(0)
    expect(rest.due.contents).to.equal(6 - first.done.contents)
    expect(rest.done).to.deep.equal(rest.due)
    expect((await on.report<ScrubReport>(again, 0)).due.contents).to.equal(0)
  })

  it('tells people what a scrub found', async () => {
    const id = await on.upload()
    await rm(on.fileOf(id))
    const app = on.command(['scrub'])
    expect(await app.ends(), app.output).to.equal(1)
    expect(app.report)
      .to.contain(`${id} missing`)
      .and.contain('scrub --fix')
      .and.match(/ at [\d.]+ [KMG]?B\/s\./)
  })

  it('says what a sweep would remove, takes no upload in flight, and nothing young by mistake', async () => {
    await on.upload()
    const old = await on.plant(randomUUID(), '', twoDaysAgo)
    const { length } = on.song
    const preview = await on.report(['sweep', '--dry-run'], 0)
    expect(preview).to.include({ dry_run: true, orphans: 1, orphan_bytes: length })
    expect(await exists(old)).to.equal(true)

    const slow = slowBody(on.song)
    const headers = { 'Content-Type': 'audio/mpeg' }
    const init = { method: 'POST', headers, body: slow.body, duplex: 'half' } as RequestInit
    const reply = on.ada.fetch('/v1/audio/file', init)
    while ((await on.idsWhere(`status = 'pending'`)).length === 0) await delay(20)
    const refused = on.command(['sweep', '--older-than', '0'])
    expect(await refused.ends(), refused.output).to.equal(2)
    expect(refused.output).to.contain('--force')
    const swept = await on.report(['sweep', '--older-than', '0', '--force'], 0)
    expect(swept).to.include({ dry_run: false, orphans: 1, tombstones: 0, partial_writes: 0 })
    expect(await exists(old)).to.equal(false)
    slow.finish()
    expect((await reply).status).to.equal(201)

    const nothing = on.command(['sweep', '--dry-run'])
    expect(await nothing.ends(), nothing.output).to.equal(0)
    expect(nothing.report).to.equal('There is nothing to remove.\n')
  })
})

/** The first half of the bytes at once, and the rest when it is asked for. */
function slowBody(bytes: Buffer): { readonly body: ReadableStream<Uint8Array>; readonly finish: () => void } {
  const half = bytes.length >> 1
  let rest: ReadableStreamDefaultController<Uint8Array> | undefined
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(bytes.subarray(0, half))
      rest = controller
    },
  })
  return {
    body,
    finish: () => {
      rest?.enqueue(bytes.subarray(half))
      rest?.close()
    },
  }
}
