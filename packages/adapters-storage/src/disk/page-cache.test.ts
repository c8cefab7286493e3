import { execFile } from 'node:child_process'
import { open, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { someBytes } from '@audiohost/core/testing'
import { expect } from 'chai'
import { aTemporaryFolder } from '../testing/temporary-folder.ts'
import { cachedReads, type ReadCached } from './page-cache.ts'

const isKnown = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch)

describe('cachedReads', () => {
  it('are there on Linux, and nowhere else', async () => {
    expect((await cachedReads()) !== undefined).to.equal(isKnown)
  })

  if (!isKnown) return

  const content = someBytes(200_000)
  let file: FileHandle
  let read: ReadCached

  beforeEach(async () => {
    const name = path.join(await aTemporaryFolder(), 'content')
    file = await open(name, 'w+')
    await file.writeFile(content)
    read = (await cachedReads()) ?? (() => 0)
  })
  afterEach(() => file.close())

  it('fill a buffer, and no byte beside it', () => {
    const around = Buffer.alloc(70_000, 7)
    expect(read(file.fd, around.subarray(1000, 66_536), 12_345)).to.equal(65_536)
    expect(around.subarray(1000, 66_536).equals(content.subarray(12_345, 12_345 + 65_536))).to.equal(true)
    expect(around.subarray(0, 1000).equals(Buffer.alloc(1000, 7))).to.equal(true)
    expect(around.subarray(66_536).equals(Buffer.alloc(70_000 - 66_536, 7))).to.equal(true)
  })

  it('give what there is before the end of the file, and nothing behind it', () => {
    const into = Buffer.alloc(1000)
    expect(read(file.fd, into, 199_600)).to.equal(400)
    expect(into.subarray(0, 400).equals(content.subarray(199_600))).to.equal(true)
    expect(read(file.fd, into, 200_000)).to.equal(0)
  })

  it('know offsets beyond four gigabytes', async () => {
    const far = 5 * 1024 ** 3
    await file.write('far', far)
    const into = Buffer.alloc(3)
    expect(read(file.fd, into, far)).to.equal(3)
    expect(into.toString()).to.equal('far')
  })

  it('give nothing of a file that is closed, or cannot be read', async () => {
    const into = Buffer.alloc(10)
    const folder = await open(import.meta.dirname)
    expect(read(folder.fd, into, 0)).to.equal(0)
    await folder.close()
    expect(read(folder.fd, into, 0)).to.equal(0)
    expect(into.equals(Buffer.alloc(10))).to.equal(true)
  })

  it('do not wait for the disk: what is not in memory is not given', async () => {
    await file.sync()
    const name = `/proc/${process.pid}/fd/${file.fd}`
    // Asks the system to forget what it holds of the file (posix_fadvise(2)).
    await promisify(execFile)('dd', [`if=${name}`, 'iflag=nocache', 'count=0'])
    const { stdout } = await promisify(execFile)('stat', ['--file-system', '--format=%T', name])
    const into = Buffer.alloc(1000)
    // A file system in memory has nowhere else to read from.
    expect(read(file.fd, into, 0)).to.equal(stdout.trim() === 'tmpfs' ? 1000 : 0)
    await file.read(into, 0, 1000, 0)
    expect(into.equals(content.subarray(0, 1000))).to.equal(true)
    expect(read(file.fd, into, 0)).to.equal(1000)
  })
})
