import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { keptInternalSecret } from './internal-secret.ts'

describe('keptInternalSecret', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'audiohost-secret-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('makes a secret of 48 random bytes that only its owner may read, and keeps it', async () => {
    const secret = await keptInternalSecret(folder)
    expect(Buffer.from(secret, 'base64url')).to.have.length(48)
    expect(await keptInternalSecret(folder)).to.equal(secret)
    expect((await stat(path.join(folder, 'internal-secret'))).mode & 0o777).to.equal(0o600)
  })

  it('closes a secret to others that a plain copy opened', async () => {
    const secret = await keptInternalSecret(folder)
    const file = path.join(folder, 'internal-secret')
    await chmod(file, 0o644)
    expect(await keptInternalSecret(folder)).to.equal(secret)
    expect((await stat(file)).mode & 0o777).to.equal(0o600)
  })

  it('agrees on one secret where many start at once, and leaves no draft', async () => {
    const secrets = await Promise.all(Array.from({ length: 10 }, () => keptInternalSecret(folder)))
    expect(new Set(secrets).size).to.equal(1)
    expect(await readdir(folder)).to.deep.equal(['internal-secret'])
  })
})
