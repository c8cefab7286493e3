import { errorOf } from '@audiohost/core/testing'
import { expect } from 'chai'
import { chmod, mkdir, readdir, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { connectDatabase } from './connect.ts'
import type { EmbeddedServer } from './embedded-server.ts'
import { FolderInUse } from './embedded/errors.ts'
import { EmbeddedFolder, hasNote, makeNote, withDatabase } from './testing/embedded-folder.ts'

describe('startEmbeddedServer on a new folder', function () {
  this.timeout(60_000)
  let folder: EmbeddedFolder

  beforeEach(async () => {
    folder = await EmbeddedFolder.make()
  })
  afterEach(() => folder.remove())

  const settingOf = (server: EmbeddedServer, name: string): Promise<unknown> =>
    withDatabase(server, (database) =>
      database.run(async (knex) => {
        const { rows } = await knex.raw<{ rows: { value: unknown }[] }>(
          'select current_setting(?) as value',
          [name],
        )
        return rows[0]?.value
      }),
    )

  it('makes a durable database that only this machine and the password open', async () => {
    const server = await folder.start({})
    expect(await settingOf(server, 'fsync')).to.equal('on')
    expect(await settingOf(server, 'full_page_writes')).to.equal('on')
    expect(await settingOf(server, 'listen_addresses')).to.equal('127.0.0.1')
    expect(await settingOf(server, 'unix_socket_directories')).to.equal('')
    expect(server.address.password).to.have.length.at.least(40)
    expect((await stat(join(folder.path, 'cluster'))).mode & 0o777).to.equal(0o700)
    expect((await stat(join(folder.path, 'cluster', 'password'))).mode & 0o777).to.equal(0o600)
    const wrong = connectDatabase({ address: { ...server.address, password: 'wrong' } })
    expect(await errorOf(wrong.ping())).to.have.property('code', '28P01')
    await wrong.close()
    expect(await readdir(folder.path)).to.deep.equal(['cluster'])
  })

  it('searches without regard to case in every alphabet', async () => {
    const server = await folder.start()
    const found = await withDatabase(server, (database) =>
      database.run(async (knex) => {
        const { rows } = await knex.raw<{ rows: { found: boolean }[] }>(
          `select 'ЁЛКА Ünder' ilike '%ёлка ü%' as found`,
        )
        return rows[0]?.found
      }),
    )
    expect(found).to.equal(true)
  })

  it('lets one of two apps win that start at one moment on a new folder', async () => {
    const outcomes = await Promise.allSettled([folder.start(), folder.start(), folder.start()])
    const winners = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    const refusals = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
    )
    expect(refusals).to.have.lengthOf(2)
    for (const refusal of refusals) expect(refusal).to.be.instanceOf(FolderInUse)
    expect(await readdir(folder.path)).to.deep.equal(['cluster'])
    await makeNote(winners[0]!)
  })

  it('forgets an attempt to make a database that a crash cut short', async () => {
    const unfinished = join(folder.path, 'initializing-000000000000')
    await mkdir(unfinished, { recursive: true })
    await utimes(unfinished, 0, 0)
    await folder.start()
    expect(await readdir(folder.path)).to.deep.equal(['cluster'])
  })

  if (process.getuid?.() === 0) {
    it('runs the server of root as somebody else, also in a folder that only root may enter', async () => {
      await chmod(folder.parent, 0o700)
      const server = await folder.start()
      expect((await stat(`/proc/${await folder.postmasterPid()}`)).uid).to.not.equal(0)
      await makeNote(server)
      await server.stop()
      expect(await hasNote(await folder.start())).to.equal(true)
    })
  }
})
