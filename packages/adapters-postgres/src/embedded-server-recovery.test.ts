import { errorOf } from '@audiohost/core/testing'
import { expect } from 'chai'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { connectDatabase } from './connect.ts'
import { joinEmbeddedServer } from './embedded-server.ts'
import { EmbeddedServerFailed, FolderInUse } from './embedded/errors.ts'
import { isAlive } from './embedded/postmaster.ts'
import { EmbeddedFolder, hasNote, makeNote, nextLine, withDatabase } from './testing/embedded-folder.ts'

describe('startEmbeddedServer on a folder with a database', function () {
  this.timeout(60_000)
  let made: EmbeddedFolder
  let folder: EmbeddedFolder

  before(async () => {
    made = await EmbeddedFolder.make()
    const server = await made.start()
    await server.stop()
  })
  after(() => made.remove())

  beforeEach(async () => {
    folder = await EmbeddedFolder.copyOf(made)
  })
  afterEach(() => folder.remove())

  it('keeps what was stored over a stop, of which no process is left', async () => {
    const server = await folder.start()
    await makeNote(server)
    const pid = await folder.postmasterPid()
    await server.stop()
    expect(await isAlive(pid)).to.equal(false)
    expect(await hasNote(await folder.start())).to.equal(true)
  })

  it('starts from a plain copy, which lost owner and modes, and keeps the rows', async () => {
    const server = await folder.start()
    await makeNote(server)
    await server.stop()
    const copy = await EmbeddedFolder.make()
    // As root the files of the copy belong to root, and else all may read them.
    await promisify(execFile)('cp', ['-r', '--no-preserve=mode,ownership', folder.path, copy.path])
    await chmod(join(copy.path, 'cluster'), 0o755)
    await chmod(join(copy.path, 'cluster', 'data'), 0o755)
    expect(await hasNote(await copy.start())).to.equal(true)
    expect(copy.log.join()).to.contain('repaired the owner and the modes')
    expect((await stat(join(copy.path, 'cluster', 'data'))).mode & 0o777).to.equal(0o700)
    expect((await stat(join(copy.path, 'cluster', 'password'))).mode & 0o777).to.equal(0o600)
    expect(folder.log.join()).to.not.contain('repaired')
    await copy.remove()
  })

  it('starts from a copy without permission to write, as from a read-only medium', async () => {
    await promisify(execFile)('chmod', ['-R', 'a=rX', join(folder.path, 'cluster')])
    const server = await folder.start()
    await makeNote(server)
    await server.stop()
    expect(await hasNote(await folder.start())).to.equal(true)
  })

  it('stops twice as well as once', async () => {
    const server = await folder.start()
    await server.stop()
    await server.stop()
  })

  it('adopts the server that a killed process left running', async () => {
    const child = await folder.startInChild()
    const pid = await folder.postmasterPid()
    child.kill('SIGKILL')
    await once(child, 'exit')
    const server = await folder.start()
    expect(await folder.postmasterPid()).to.equal(pid)
    await makeNote(server)
  })

  it('starts a server anew that was left running and does not answer', async () => {
    const child = await folder.startInChild()
    const pid = await folder.postmasterPid()
    child.kill('SIGKILL')
    process.kill(pid, 'SIGSTOP')
    await makeNote(await folder.start())
    expect(await folder.postmasterPid()).to.not.equal(pid)
    expect(await isAlive(pid)).to.equal(false)
  })

  it('refuses a folder on which another app runs, and does not disturb it', async () => {
    const server = await folder.start()
    expect(await errorOf(folder.start()))
      .to.be.instanceOf(FolderInUse)
      .with.property('message')
      .that.contains(folder.path)
    await makeNote(server)
  })

  it('takes over from an app that is just stopping', async () => {
    const first = await folder.start()
    await makeNote(first)
    const [second] = await Promise.all([folder.start(), first.stop()])
    const pid = await folder.postmasterPid()
    expect(await hasNote(second)).to.equal(true)
    expect(await isAlive(pid)).to.equal(true)
  })

  it('is not stopped by a stale file that names a process which is gone, or another one', async () => {
    const server = await folder.start()
    await server.stop()
    for (const pid of [process.pid, await pidOfTheDead()]) {
      await writeFile(
        folder.pidFile(),
        `${pid}\n${folder.path}/cluster/data\n1700000000\n5432\n\n127.0.0.1\n\nready\n`,
      )
      const next = await folder.start()
      expect(await folder.postmasterPid()).to.not.equal(pid)
      await next.stop()
    }
  })

  it('brings a server back that died, where it was before', async () => {
    const server = await folder.start()
    const database = connectDatabase({ address: server.url })
    await database.ping()
    const pid = await folder.postmasterPid()
    process.kill(pid, 'SIGKILL')
    const faults = []
    for (const deadline = Date.now() + 30_000; Date.now() < deadline;) {
      const fault = await database.ping().catch((error: unknown) => error)
      if (fault !== undefined) faults.push(fault)
      // While it comes back there is no such file, and a connection of the dead server may live for a moment.
      else if ((await folder.postmasterPid().catch(() => pid)) !== pid) break
    }
    for (const fault of faults) expect(fault).to.have.property('code', 'database_unavailable')
    expect(await folder.postmasterPid()).to.not.equal(pid)
    await database.ping()
    await database.close()
    expect(folder.log).to.include('the embedded PostgreSQL is gone and is brought back')
    // Held again by the app whose it is.
    for (let tries = 200; !(await joinEmbeddedServer(folder.path)) && tries > 0; tries--) await wait(20)
    expect(await errorOf(folder.start())).to.be.instanceOf(FolderInUse)
  })

  it('lets a command join the server of an app that runs, and outlive nothing', async () => {
    expect(await joinEmbeddedServer(folder.path)).to.equal(undefined)
    const server = await folder.start()
    const joined = await joinEmbeddedServer(folder.path)
    expect(joined?.address).to.deep.equal(server.address)
    await joined?.stop()
    await makeNote(server)
    await server.stop()
    expect(await joinEmbeddedServer(folder.path)).to.equal(undefined)
  })

  it('lets no command join a server that a killed process left, which may end at any moment', async () => {
    const child = await folder.startInChild()
    child.kill('SIGKILL')
    await once(child, 'exit')
    // The server notices in a moment.
    let joined = await joinEmbeddedServer(folder.path)
    for (let tries = 100; joined && tries > 0; tries--) joined = await joinEmbeddedServer(folder.path)
    expect(joined).to.equal(undefined)
    await folder.start()
  })

  it('stays when the terminal interrupts the app, so that the app can finish its work', async () => {
    const child = await folder.startInChild(`
      process.on('SIGINT', async () => {
        await new Promise((resolve) => setTimeout(resolve, 200))
        console.log('interrupted')
      })`)
    const pid = await folder.postmasterPid()
    process.kill(-child.pid!, 'SIGINT')
    await nextLine(child)
    process.kill(pid, 0)
    expect(await errorOf(folder.start())).to.be.instanceOf(FolderInUse)
    child.kill('SIGKILL')
    await once(child, 'exit')
    await folder.start()
  })

  it('says what to do about a database of another version', async () => {
    const server = await folder.start()
    await server.stop()
    await writeFile(join(folder.path, 'cluster', 'data', 'PG_VERSION'), '12\n')
    const error = await errorOf(folder.start())
    expect(error)
      .to.be.instanceOf(EmbeddedServerFailed)
      .with.property('message')
      .that.contains('PostgreSQL 12')
  })

  it('says what the server says where it cannot start', async () => {
    const server = await folder.start()
    await server.stop()
    await writeFile(join(folder.path, 'cluster', 'data', 'pg_hba.conf'), 'nonsense\n')
    const error = await errorOf(folder.start())
    expect(error).to.be.instanceOf(EmbeddedServerFailed).with.property('message').that.contains('pg_hba.conf')
  })

  it('writes no values of rows into its log', async () => {
    const server = await folder.start()
    await withDatabase(server, async (database) => {
      await database.run((knex) => knex.raw('create table secrets (value text primary key)'))
      const insert = (): Promise<unknown> =>
        database.run((knex) => knex('secrets').insert({ value: 'hunter2' }))
      await insert()
      expect(await errorOf(insert())).to.have.property('code', '23505')
    })
    const log = await readFile(join(folder.path, 'cluster', 'server.log'), 'utf8')
    expect(log).to.contain('secrets_pkey').and.not.contain('hunter2')
  })
})

async function pidOfTheDead(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' })
  await once(child, 'exit')
  return child.pid ?? 0
}
