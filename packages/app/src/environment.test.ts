import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { variableNames } from './config.ts'
import { composeNames, loadEnvironment } from './environment.ts'

describe('loadEnvironment', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'audiohost-env-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('lets the process win over .env, and names the lines that nobody reads', async () => {
    await writeFile(path.join(folder, '.env'), 'PORT=1\nHOST="::1"\nPROT=2\nPOSTGRES_PASSWORD=x\n')
    const { variables, warnings } = await loadEnvironment(folder, { PORT: '3' })
    expect(variables).to.include({ PORT: '3', HOST: '::1' })
    expect(warnings).to.deep.equal(['.env sets PROT, which audiohost does not know'])
  })

  it('does without a .env', async () => {
    expect(await loadEnvironment(folder, { PORT: '3' })).to.deep.equal({
      variables: { PORT: '3' },
      warnings: [],
    })
  })

  it('finds every variable explained in .env.example, and no other', async () => {
    const example = await readFile(new URL('../../../.env.example', import.meta.url), 'utf8')
    const explained = [...example.matchAll(/^#?([A-Z0-9_]+)=/gm)].map(([, name]) => name)
    const expected = [...variableNames.filter((name) => name !== 'NODE_ENV'), ...composeNames]
    expect(explained.toSorted()).to.deep.equal(expected.toSorted())
  })
})
