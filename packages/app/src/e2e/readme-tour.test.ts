import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { startTestServer, type TestServer } from './test-server.ts'

const run = promisify(execFile)
const root = new URL('../../../../', import.meta.url).pathname

describe('the tour in the README', () => {
  let server: TestServer
  let folder: string
  before(async () => {
    server = await startTestServer()
    // A folder that looks like the checkout, so that what the tour writes stays out of it.
    folder = await mkdtemp(path.join(tmpdir(), 'audiohost-tour-'))
    await symlink(path.join(root, 'packages'), path.join(folder, 'packages'))
  })
  after(async () => {
    await server.close()
    await rm(folder, { recursive: true })
  })

  it('works as it is written', async () => {
    const readme = await readFile(path.join(root, 'README.md'), 'utf8')
    const [, tour = ''] = /<!-- tour:.*?```sh\n(.*?)```/s.exec(readme) ?? []
    expect(tour).to.contain('API=http://localhost:8000/v1')
    // The last step is the command line, which has a test of its own.
    const [steps = ''] = tour.split('# An administrator')
    const script = steps.replaceAll('http://localhost:8000', server.origin)
    const { stdout, stderr } = await run('bash', ['-euc', script], { cwd: folder })

    expect(stderr).to.equal('')
    expect(stdout).to.contain('"email":"ada@example.org"')
    expect(stdout).to.contain('"title":"My first song"')
    expect(stdout).to.contain('"title":"Raw"').and.to.contain('"file_name":"raw.mp3"')
    expect(stdout).to.contain('206 audio/mpeg 1000 bytes')
    expect(stdout).to.match(/the same bytes\n$/)
    expect(stdout).not.to.contain('"code"')
  })
})
