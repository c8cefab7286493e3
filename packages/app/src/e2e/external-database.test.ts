import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { AppProcess } from './app-process.ts'
import { MachinePostgres } from './machine-postgres.ts'
import { testSecret } from './test-server.ts'

const isRequired = process.env['CI'] === 'true' && process.env['REQUIRE_SERVICES'] === '1'

interface Report {
  readonly checks: readonly { readonly name: string; readonly outcome: string; readonly summary: string }[]
}

describe('an external PostgreSQL that cannot be used', function () {
  this.timeout(120_000)
  let folder: string
  let tls: { readonly cert: string; readonly key: string }
  let postgres: MachinePostgres | undefined
  let standby: MachinePostgres | undefined

  before(async function () {
    folder = await mkdtemp(path.join(tmpdir(), 'audiohost-external-'))
    postgres = await MachinePostgres.start()
    if (!postgres) {
      if (isRequired) throw new Error('PostgreSQL is not installed on this machine')
      this.skip()
    }
    postgres.sql(postgres.createDatabase('audio'), 'create role stranger login')
    standby = await postgres.startStandby()
    tls = aCertificate(folder)
    const rules = ['hostnossl all stranger all reject', 'host all all all trust']
    await postgres.secure(rules, tls)
  })
  after(async () => {
    await standby?.stop()
    await postgres?.stop()
    await rm(folder, { recursive: true })
  })

  const run = (args: readonly string[], url: string): AppProcess =>
    new AppProcess({
      args,
      cwd: folder,
      variables: { DATABASE_URL: url, DATA_DIR: path.join(folder, 'data'), INTERNAL_SECRET: testSecret },
    })
  const urlOf = (server: MachinePostgres | undefined, user?: string): string =>
    server?.urlOf('audio', user) ?? ''
  const refusalOf = async (url: string): Promise<string> => {
    const app = run(['migrate'], url)
    expect(await app.ends(), app.output).to.equal(1)
    expect(app.output).to.not.include('waiting for the database')
    return app.output
  }

  it('is reported at once if its certificate is not trusted', async () => {
    expect(await refusalOf(`${urlOf(postgres)}?sslmode=verify-full`)).to.match(
      /certificate of the database is not trusted .*add sslrootcert/,
    )
  })

  it('is used if its certificate is trusted', async () => {
    const url = `${urlOf(postgres).replace('127.0.0.1', 'localhost')}?sslmode=verify-full&sslrootcert=${tls.cert}`
    const app = run(['migrate'], url)
    expect(await app.ends(), app.output).to.equal(0)
  })

  it('is reported at once if the file of its certificate authority cannot be read', async () => {
    const missing = path.join(folder, 'missing.crt')
    expect(await refusalOf(`${urlOf(postgres)}?sslmode=verify-full&sslrootcert=${missing}`)).to.match(
      /TLS settings cannot be read .*missing\.crt.*correct sslrootcert/,
    )
  })

  it('is reported at once if pg_hba.conf rejects the connection', async () => {
    expect(await refusalOf(urlOf(postgres, 'stranger'))).to.match(/refused the connection .*pg_hba\.conf/)
  })

  it('is reported at once if it is a hot standby', async () => {
    expect(await refusalOf(urlOf(standby))).to.match(/read-only standby: connect to the primary server/)
  })

  it('is a problem for doctor', async () => {
    for (const [url, summary] of [
      [urlOf(standby), /read-only standby/],
      [urlOf(postgres, 'stranger'), /pg_hba\.conf/],
    ] as const) {
      const app = run(['doctor', '--json'], url)
      // Problems were found, and the rest could not be checked.
      expect(await app.ends(), app.output).to.equal(2)
      const { checks } = JSON.parse(app.report) as Report
      const found = checks.find(({ name }) => name === 'database')
      expect(found).to.include({ outcome: 'problem' })
      expect(found?.summary).to.match(summary)
    }
  })
})

/** Signed by itself, for localhost. */
function aCertificate(folder: string) {
  const [cert, key] = [path.join(folder, 'server.crt'), path.join(folder, 'server.key')]
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  const made = ['-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert]
  execFileSync('openssl', ['req', '-x509', ...made, ...names], { stdio: 'ignore' })
  return { cert, key }
}
