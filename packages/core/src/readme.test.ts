import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect } from 'chai'

const readme = new URL('../README.md', import.meta.url)
const example = new URL('../../../examples/embed-core.mjs', import.meta.url)

describe('the example of the README', () => {
  it('stands in it as it stands in the file', async () => {
    const [, code] = /```js\n(.*?)```/s.exec(await readFile(readme, 'utf8')) ?? []
    const [, ...lines] = (await readFile(example, 'utf8')).split('\n')
    expect(code).to.equal(lines.join('\n'))
  })

  it('runs, and prints what the README says', async () => {
    const flags = ['--import', 'tsx', '--conditions=@audiohost/source']
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, fileURLToPath(example)])
    expect(stdout.trim()).to.equal('A song: the rest')
    expect(await readFile(readme, 'utf8')).to.include(`It prints \`${stdout.trim()}\``)
  })
})
