import { errorOf } from '@audiohost/core/testing'
import { expect } from 'chai'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EmbeddedServerFailed } from './errors.ts'
import { chooseAccount, runAs } from './server-account.ts'

describe('the account of the embedded server', () => {
  let folder: string
  let program: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'audiohost-account-'))
    program = join(folder, 'closed', 'program')
    await mkdir(join(folder, 'closed'), { mode: 0o700 })
    await writeFile(program, '#!/bin/sh\nenv\n', { mode: 0o755 })
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  it('sees none of our secrets', async () => {
    process.env['CANARY_SECRET'] = 'hunter2'
    const account = await chooseAccount(join(folder, 'cluster'), [program])
    const output = await runAs(account, program, [])
    delete process.env['CANARY_SECRET']
    expect(output).to.contain('PATH=').and.not.contain('hunter2')
  })

  it('hears what a program said that failed', async () => {
    const error = await errorOf(
      runAs({}, process.execPath, ['--eval', 'console.error("no way"); process.exit(3)']),
    )
    expect(error).to.be.instanceOf(EmbeddedServerFailed)
    expect(error).to.have.property('message').that.contains('no way').and.contains('ended with 3')
  })

  if (process.getuid?.() === 0) {
    it('finds the programs of root through folders that only root may enter', async () => {
      const account = await chooseAccount(join(folder, 'cluster'), [program])
      expect(account.ids?.uid).to.be.greaterThan(0)
      expect(account.capability).to.match(/^dac_/)
      // By exec, and by access(2).
      await runAs(account, 'test', ['-x', program])
      await runAs(account, program, [])
    })

    it('has no more rights than it needs', async () => {
      await chmod(folder, 0o755)
      await chmod(join(folder, 'closed'), 0o755)
      expect(await chooseAccount(join(folder, 'cluster'), [program])).to.not.have.property('capability')
    })
  } else {
    it('is ours where we are not root', async () => {
      expect(await chooseAccount(join(folder, 'cluster'), [program])).to.deep.equal({})
    })
  }
})
