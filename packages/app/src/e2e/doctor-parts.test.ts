import { rm, truncate } from 'node:fs/promises'
import { expect } from 'chai'
import { exists, OperatedServer } from './operated-server.ts'

interface Check {
  readonly name: string
  readonly outcome: string
  readonly found: number
  readonly fixed: number
  readonly items: readonly object[]
}

interface PartRow {
  readonly id: string
  readonly size_bytes: number
}

const tus = { 'Tus-Resumable': '1.0.0' }

describe('audiohost doctor beside a server with unfinished uploads', function () {
  this.timeout(120_000)
  let on: OperatedServer

  beforeEach(async () => {
    on = await OperatedServer.start()
  })
  afterEach(() => on.close())

  const send = (location: string, from: number, to?: number): Promise<Response> =>
    on.ada.fetch(location, {
      method: 'PATCH',
      headers: { ...tus, 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': `${from}` },
      body: new Uint8Array(on.song.subarray(from, to)),
    })

  const head = async (location: string) => {
    const reply = await on.ada.fetch(location, { method: 'HEAD', headers: tus })
    return [reply.status, reply.headers.get('Upload-Offset')]
  }

  /** Unfinished, with three parts. */
  async function begin() {
    const headers = { ...tus, 'Upload-Length': on.song.length.toString() }
    const begun = await on.ada.fetch('/v1/audio/uploads', { method: 'POST', headers })
    const location = begun.headers.get('Location') ?? ''
    for (const from of [0, 1000, 2000]) expect((await send(location, from, from + 1000)).status).to.equal(204)
    const id = location.split('/').at(-1) ?? ''
    const parts = await on.database.database.run((knex) =>
      knex('upload_parts').where('upload_id', id).orderBy('offset_bytes').select<PartRow[]>(),
    )
    return { id, location, parts: parts.map((part) => part.id) }
  }

  const ownerId = async (): Promise<string> =>
    ((await (await on.ada.fetch('/v1/auth/me')).json()) as { id: string }).id

  /** All that is not in order. */
  const wrong = async (code: number, ...options: readonly string[]) => {
    const { checks } = await on.report<{ readonly checks: readonly Check[] }>(['doctor', ...options], code)
    expect(checks.map(({ name }) => name)).to.include('upload_parts')
    return checks.filter(({ outcome, found }) => outcome !== 'ok' || found > 0)
  }

  it('finds the parts whose files are gone or cut, and gives up with --fix what can never be finished', async () => {
    const [lost, cut, whole] = [await begin(), await begin(), await begin()]
    expect(await wrong(0)).to.deep.equal([])
    const [first = '', second = '', third = ''] = lost.parts
    await rm(on.fileOf(first))
    await rm(on.fileOf(third))
    await truncate(on.fileOf(cut.parts[1] ?? ''), 999)

    const owner_id = await ownerId()
    const items = [
      { upload_id: lost.id, content_id: first, offset: 0, found: 'missing' },
      { upload_id: lost.id, content_id: third, offset: 2000, found: 'missing' },
      { upload_id: cut.id, content_id: cut.parts[1], offset: 1000, found: 'short' },
    ].map((item) => ({ ...item, owner_id, size: 1000 }))
    const [dry, ...others] = await wrong(1)
    expect(others).to.deep.equal([])
    expect(dry).to.include({ name: 'upload_parts', outcome: 'problem', found: 3, fixed: 0 })
    expect(dry?.items).to.deep.equal(items.map((item) => ({ ...item, given_up: false })))
    for (const { location } of [lost, cut, whole]) expect(await head(location)).to.deep.equal([200, '3000'])
    expect(await exists(on.fileOf(second))).to.equal(true)

    const [mended, ...more] = await wrong(0, '--fix')
    expect(more).to.deep.equal([])
    expect(mended).to.include({ name: 'upload_parts', outcome: 'fixed', found: 3, fixed: 3 })
    expect(mended?.items).to.deep.equal(items.map((item) => ({ ...item, given_up: true })))
    for (const { location } of [lost, cut]) expect(await head(location)).to.deep.equal([404, null])
    expect((await send(lost.location, 3000)).status).to.equal(404)
    for (const part of [...lost.parts, ...cut.parts]) expect(await exists(on.fileOf(part))).to.equal(false)

    expect(await wrong(0)).to.deep.equal([])
    const last = await send(whole.location, 3000)
    expect(last.status).to.equal(204)
    const audioId = last.headers.get('Audio-Id') ?? ''
    expect(await on.play(audioId)).to.equal('whole')
    expect(await on.idsWhere('true')).to.deep.equal([audioId])
  })

  it('tells people of them, and the log of what was given up', async () => {
    const { id, parts } = await begin()
    await rm(on.fileOf(parts[1] ?? ''))
    const dry = on.command(['doctor'])
    expect(await dry.ends(), dry.output).to.equal(1)
    expect(dry.report)
      .to.match(/^problem {3}upload_parts .*1 missing/m)
      .and.match(new RegExp(`^ +${id} .* 1000 1000 missing$`, 'm'))
    const fixing = on.command(['doctor', '--fix'])
    expect(await fixing.ends(), fixing.output).to.equal(0)
    expect(fixing.report).to.match(/^fixed {5}upload_parts /m)
    expect(fixing.output).to.contain('"incident":"content_missing"').and.contain('UploadDamaged')
  })
})
