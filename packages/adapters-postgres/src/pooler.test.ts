import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import { connectDatabase } from './connect.ts'
import type { Database } from './database.ts'
import { aDatabase, type TestDatabase } from './testing/index.ts'

const isRequired = process.env['CI'] === 'true' && process.env['REQUIRE_SERVICES'] === '1'
const hasPgbouncer = spawnSync('/usr/sbin/pgbouncer', ['--version']).status === 0
if (hasPgbouncer || isRequired) describe('a database behind pgbouncer', behindPgbouncer)

function behindPgbouncer(this: Mocha.Suite): void {
  this.timeout(60_000)
  let test: TestDatabase
  let folder: string
  let pgbouncer: ChildProcess
  let database: Database
  let reports: boolean[]

  before(async () => {
    test = await aDatabase()
    folder = await mkdtemp(path.join(tmpdir(), 'audiohost-pgbouncer-'))
    const { hostname, port, username, password, pathname } = new URL(test.directUrl)
    const target = `host=${hostname} port=${port} user=${username} password=${password} dbname=${pathname.slice(1)}`
    const ownPort = await freePort()
    const settings = [`[databases]`, `pooled = ${target} pool_size=2`, '[pgbouncer]', 'auth_type=any']
    const network = [
      'listen_addr=127.0.0.1',
      `listen_port=${ownPort}`,
      'unix_socket_dir=',
      'pool_mode=transaction',
    ]
    const file = path.join(folder, 'pgbouncer.ini')
    await writeFile(file, [...settings, ...network, ''].join('\n'))
    await chmod(folder, 0o755)
    pgbouncer = startPgbouncer(file)
    database = connectDatabase({
      address: `postgres://${username}@127.0.0.1:${ownPort}/pooled`,
      maxConnections: 10,
      onHang: (isHung) => reports.push(isHung),
    })
    while (await database.ping().catch(() => true)) {
      if (pgbouncer.exitCode !== null) throw new Error('pgbouncer ended')
      await delay(50)
    }
  })
  beforeEach(() => (reports = []))
  after(async () => {
    await database.close()
    pgbouncer.kill('SIGINT')
    if (pgbouncer.exitCode === null) await once(pgbouncer, 'exit')
    await rm(folder, { recursive: true })
    await test.drop()
  })

  it('waits for slow statements that hold all connections of the pooler', async () => {
    const sleep = (seconds: number) => database.run((knex) => knex.raw('select pg_sleep(?)', [seconds]))
    await Promise.all([sleep(4), sleep(4), database.ping()])
    expect(reports).to.deep.equal([])
  })
}

/** It refuses to run as root. */
function startPgbouncer(file: string): ChildProcess {
  const command = ['/usr/sbin/pgbouncer', file]
  const isRoot = process.getuid?.() === 0
  const [first = '', ...rest] = isRoot ? ['setpriv', '--reuid=65534', '--clear-groups', ...command] : command
  return spawn(first, rest, { stdio: 'ignore' })
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}
