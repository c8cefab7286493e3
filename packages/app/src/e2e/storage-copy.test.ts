import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import { aBucket, emulatorEndpoint } from '../../../adapters-storage/src/testing/fake-gcs-server.ts'
import { anS3Bucket, anS3Server } from '../../../adapters-storage/src/testing/s3-server.ts'
import { flipBit, OperatedServer, workload } from './operated-server.ts'
import { startTestServer } from './test-server.ts'

interface Amount {
  readonly contents: number
  readonly bytes: number
}

interface Report {
  readonly interrupted: boolean
  readonly copied: Amount
  readonly present: Amount
  readonly gone: number
  readonly failed: number
  readonly failures: readonly { readonly audio_id: string; readonly fault: string }[]
}

describe('audiohost storage copy beside a server', function () {
  this.timeout(120_000)
  let on: OperatedServer
  let folder: string

  beforeEach(async () => {
    on = await OperatedServer.start()
    folder = path.join(on.folder, 'new')
  })
  afterEach(() => on.close())

  const copy = (args: readonly string[], code = 0, variables: Readonly<Record<string, string>> = {}) =>
    on.report<Report>(['storage', 'copy', ...args], code, variables)

  const toFolder = ['--from', 'disk', '--to'] as const
  const copyToFolder = (code = 0, ...args: string[]) => copy([...toFolder, `disk:${folder}`, ...args], code)

  /** All files but the marker. */
  const contentsIn = async (place: string): Promise<string[]> => {
    const entries = await readdir(place, { recursive: true, withFileTypes: true }).catch(() => [])
    return entries.flatMap((entry) => (entry.isFile() && !entry.name.startsWith('.') ? [entry.name] : []))
  }

  it('copies what is there, then what is new, and a server on the target plays it', async () => {
    const ids = [await on.upload(), await on.upload()]
    const { length } = on.song
    expect(await copyToFolder(0, '--new')).to.deep.include({
      copied: { contents: 2, bytes: 2 * length },
      failed: 0,
    })
    ids.push(await on.upload())
    expect(await copyToFolder(0, '--verify')).to.deep.include({
      copied: { contents: 1, bytes: length },
      present: { contents: 2, bytes: 2 * length },
    })
    expect(await contentsIn(folder)).to.have.members(ids)

    const moved = await startTestServer({ DATABASE_URL: on.database.url, AUDIO_STORAGE_PATH: folder })
    const ada = moved.browser()
    await ada.json('POST', '/v1/auth/login', { email: 'ada@example.org', password: 'nine green bottles' })
    for (const id of ids) expect(await on.play(id, ada)).to.equal('whole')
    await moved.close()
  })

  it('copies while a hundred clients upload and delete, and misses nothing once they are done', async () => {
    const stop = await workload(on)
    const first = await copyToFolder(0, '--new')
    expect(first.failures).to.deep.equal([])
    const kept = await stop()
    expect((await copyToFolder(0, '--verify')).failures).to.deep.equal([])
    const copied = new Set(await contentsIn(folder))
    for (const id of kept.keys()) expect(copied.has(id), id).to.equal(true)
    for (const name of copied) expect(name).to.match(/^[0-9a-f-]{36}$/)
  })

  it('does not copy what is damaged, says so, and ends with 1', async () => {
    const [whole, altered, missing] = [await on.upload(), await on.upload(), await on.upload()]
    await flipBit(on.fileOf(altered))
    await rm(on.fileOf(missing))
    const { failed, failures } = await copyToFolder(1, '--new')
    expect(failed).to.equal(2)
    expect(failures.map(({ audio_id, fault }) => [audio_id, fault])).to.have.deep.members([
      [altered, 'source_damaged'],
      [missing, 'source_missing'],
    ])
    expect(await contentsIn(folder)).to.deep.equal([whole])

    const app = on.command(['storage', 'copy', '--from', 'disk', '--to', `disk:${folder}`])
    expect(await app.ends()).to.equal(1)
    expect(app.report).to.contain('were there already').and.contain(`${altered} source damaged`)
  })

  it('stops at SIGINT with whole contents only, ends with 1, and goes on from there', async () => {
    const length = 20_000_044
    for (let count = 0; count < 6; count++) {
      expect((await on.ada.upload(silence(length), 'silence.wav')).status).to.equal(201)
    }
    const app = on.command(['storage', 'copy', ...toFolder, `disk:${folder}`, '--new', '--json'])
    while ((await contentsIn(folder)).length === 0) await delay(1)
    expect(await app.ends('SIGINT'), app.output).to.equal(1)
    const { interrupted, copied } = JSON.parse(app.report) as Report
    expect(interrupted).to.equal(true)
    expect(copied.contents).to.be.below(6)
    const names = await contentsIn(folder)
    expect(names).to.have.lengthOf(copied.contents)
    for (const name of names) {
      const { size } = await stat(path.join(folder, name.slice(-2), name.slice(-4, -2), name))
      expect(size).to.equal(length)
    }
    const rest = await copyToFolder()
    expect(rest.present).to.deep.equal(copied)
    expect(rest.copied.contents).to.equal(6 - copied.contents)
  })

  it('goes from a disk to S3, to Google Cloud Storage and back, with the same bytes', async function () {
    const [s3, gcs] = [await anS3Server(), await emulatorEndpoint()]
    if (!s3 || gcs === undefined) {
      if (process.env['CI'] === 'true' && process.env['REQUIRE_SERVICES'] === '1')
        throw new Error('No services')
      this.skip()
    }
    const name = `copy-${randomUUID()}`
    await anS3Bucket(s3, name)
    await aBucket(gcs, name)
    const variables = {
      S3_ENDPOINT: s3.endpoint,
      S3_ACCESS_KEY_ID: s3.credentials.accessKeyId,
      S3_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
      GCS_API_ENDPOINT: gcs,
    }
    const ids = [
      await on.upload(),
      await on.upload(),
      await on.upload(),
      await on.upload(),
      await on.upload(),
    ]
    const stores = ['disk', `s3:${name}`, `gcs:${name}`, `disk:${folder}`]
    for (const [index, to] of stores.slice(1).entries()) {
      const isNew = to.startsWith('disk:') ? ['--new'] : []
      const args = ['--from', stores[index] ?? '', '--to', to, '--verify', ...isNew]
      const report = await copy(args, 0, variables)
      expect(report.copied.contents).to.equal(ids.length)
    }
    for (const id of ids) {
      const file = path.join(folder, id.slice(-2), id.slice(-4, -2), id)
      expect((await readFile(file)).equals(on.song)).to.equal(true)
    }
  })

  it('writes nothing into a folder whose volume is away, and makes a store only where it is told to', async () => {
    await on.upload()
    const refusal = async (...args: string[]): Promise<string> => {
      const app = on.command(['storage', 'copy', ...toFolder, `disk:${folder}`, ...args])
      expect(await app.ends(), app.output).to.equal(1)
      return app.output
    }
    expect(await refusal())
      .to.contain(`${folder} is no content store`)
      .and.contain('--new')
    expect((await copyToFolder(0, '--new')).copied.contents).to.equal(1)
    expect(await refusal('--new')).to.contain('is a content store already')

    await rename(folder, `${folder}.volume`)
    await mkdir(folder)
    expect(await refusal()).to.contain('mount its volume')
    expect(await readdir(folder)).to.deep.equal([])
    await writeFile(path.join(folder, 'letter.txt'), 'of somebody')
    expect(await refusal('--new')).to.contain('it has to be empty')
    expect(await readdir(folder)).to.deep.equal(['letter.txt'])
  })

  it('refuses what makes no sense, with 2', async () => {
    const refused = [
      [],
      ['move'],
      ['copy', '--from', 'disk'],
      ['copy', '--from', 'disk', '--to', 'memory'],
      ['copy', '--from', 'disk', '--to', 'disk'],
      ['copy', '--from', 'disk', '--to', 's3'],
      ['copy', '--from', 'disk', '--to', 's3:bucket', '--new'],
    ].map((args) => on.command(['storage', ...args]))
    for (const app of refused) expect(await app.ends(), app.output).to.equal(2)
  })
})

/** A WAVE file of so many bytes. */
function silence(length: number): Buffer {
  const file = Buffer.alloc(length)
  file.write('RIFF', 0)
  file.writeUInt32LE(length - 8, 4)
  file.write('WAVEfmt ', 8)
  file.writeUInt32LE(16, 16)
  file.writeUInt16LE(1, 20)
  file.writeUInt16LE(1, 22)
  file.writeUInt32LE(44_100, 24)
  file.writeUInt32LE(88_200, 28)
  file.writeUInt16LE(2, 32)
  file.writeUInt16LE(16, 34)
  file.write('data', 36)
  file.writeUInt32LE(length - 44, 40)
  return file
}
