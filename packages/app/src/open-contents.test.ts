import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { errorOf } from '@audiohost/core/testing'
import { expect } from 'chai'
import { openContents } from './open-contents.ts'

describe('openContents on a folder that was copied without its owner', () => {
  const isRoot = process.getuid?.() === 0
  const stranger = 65534
  let parent: string

  beforeEach(async () => {
    parent = await mkdtemp(path.join(tmpdir(), 'audiohost-contents-'))
    await chmod(parent, 0o755)
  })
  afterEach(async () => {
    await chmod(parent, 0o700)
    await rm(parent, { recursive: true })
  })

  /** Root may open everything, so it becomes another user for this call. */
  const failureOf = async (folder: string, isNew: boolean): Promise<string> => {
    if (isRoot) process.seteuid?.(stranger)
    try {
      const error = await errorOf(openContents({ driver: 'disk', folder }, { isNew }))
      return (error as Error).message
    } finally {
      if (isRoot) process.seteuid?.(0)
    }
  }
  const command = (folder: string): string => {
    const uid = isRoot ? stranger : process.getuid?.()
    return `Run as root: chown -R ${uid}:${process.getgid?.()} '${folder}'`
  }

  for (const isNew of [true, false])
    it(`names the command for ${isNew ? 'a new' : 'an existing'} store`, async () => {
      const folder = path.join(parent, 'audio')
      await mkdir(folder, { mode: 0 })
      expect(await failureOf(folder, isNew))
        .to.include(folder)
        .and.include(command(folder))
    })

  it('names the folder around it if that is closed', async () => {
    await chmod(parent, 0)
    expect(await failureOf(path.join(parent, 'audio'), true)).to.include(command(parent))
  })
})
