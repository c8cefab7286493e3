import { execFileSync } from 'node:child_process'
import { mkdtemp, open, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { readSample, startTestServer, type TestServer } from './test-server.ts'

const canMount = process.platform === 'linux' && process.getuid?.() === 0

describe('a full disk', () => {
  let server: TestServer
  let disk: string
  before(async function () {
    // Only root can mount a small disk; the injected faults of adapters-storage run everywhere.
    if (!canMount) return this.skip()
    disk = await mkdtemp(path.join(tmpdir(), 'audiohost-disk-'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', disk])
    server = await startTestServer({ AUDIO_STORAGE_PATH: path.join(disk, 'audio') })
  })
  after(async () => {
    if (!canMount) return
    await server.close()
    execFileSync('umount', [disk])
    await rm(disk, { recursive: true })
  })

  it('makes an upload 507 that leaves nothing behind, and the server goes on', async () => {
    const ada = await server.signedIn('ada')
    const small = await readSample('spoken/vbr-cover.mp3')
    const kept = await ada.upload(small, 'song.mp3')
    expect(kept.status).to.equal(201)
    const filesBefore = await readdir(path.join(disk, 'audio'), { recursive: true })

    const large = Buffer.concat([small, Buffer.alloc(600_000)])
    const refused = await ada.upload(large, 'large.mp3')
    expect(refused.status).to.equal(507)
    expect(refused.headers.get('Content-Type')).to.contain('application/problem+json')
    expect(await refused.json()).to.include({ code: 'storage_full' })

    const filesAfter = await readdir(path.join(disk, 'audio'), { recursive: true })
    expect(filesAfter.filter((file) => file.includes('.'))).to.deep.equal(
      filesBefore.filter((file) => file.includes('.')),
    )
    const list = (await (await ada.fetch('/v1/audio/')).json()) as { items: { id: string }[] }
    expect(list.items).to.have.length(1)
    expect((await ada.fetch(`/v1/audio/file/${list.items[0]?.id ?? ''}`)).status).to.equal(200)
    expect((await ada.upload(small, 'song.mp3')).status).to.equal(201)
  })

  it('is told by /readyz, which keeps the node in service, until there is room again', async () => {
    const readiness = async (): Promise<unknown> => {
      const reply = await fetch(`${server.origin}/readyz`)
      return [reply.status, await reply.json()]
    }
    const ok = [200, { status: 'ok', failing: [], degraded: [] }]
    expect(await readiness()).to.deep.equal(ok)
    const ada = await server.signedIn('grace')
    const song = await readSample('spoken/vbr-cover.mp3')
    const { id } = (await (await ada.upload(song, 'song.mp3')).json()) as { id: string }
    const filler = path.join(disk, 'filler')
    await fill(filler)
    expect(await readiness()).to.deep.equal([200, { status: 'degraded', failing: [], degraded: ['storage'] }])
    expect((await ada.upload(song, 'song.mp3')).status).to.equal(507)
    const played = await ada.fetch(`/v1/audio/file/${id}`)
    expect(Buffer.from(await played.arrayBuffer()).equals(song)).to.equal(true)
    await rm(filler)
    expect(await readiness()).to.deep.equal(ok)
    expect((await ada.upload(song, 'song.mp3')).status).to.equal(201)
  })

  it('that becomes read-only is degraded, plays on and refuses uploads, until it can be written again', async () => {
    const readiness = async (): Promise<unknown> => {
      const reply = await fetch(`${server.origin}/readyz`)
      return [reply.status, ((await reply.json()) as { status: string }).status]
    }
    const ada = await server.signedIn('joan')
    const song = await readSample('spoken/vbr-cover.mp3')
    const { id } = (await (await ada.upload(song, 'song.mp3')).json()) as { id: string }
    execFileSync('mount', ['-o', 'remount,ro', disk])
    expect(await readiness()).to.deep.equal([200, 'degraded'])
    const refused = await ada.upload(song, 'song.mp3')
    expect([refused.status, refused.headers.has('Retry-After')]).to.deep.equal([503, true])
    const { code, detail } = (await refused.json()) as Record<string, string>
    expect(code).to.equal('storage_unavailable')
    expect(detail).to.contain('accepts no new files')
    const played = await ada.fetch(`/v1/audio/file/${id}`)
    expect(Buffer.from(await played.arrayBuffer()).equals(song)).to.equal(true)
    execFileSync('mount', ['-o', 'remount,rw', disk])
    expect(await readiness()).to.deep.equal([200, 'ok'])
    expect((await ada.upload(song, 'song.mp3')).status).to.equal(201)
  })
})

/** To the last byte of the disk. */
async function fill(file: string): Promise<void> {
  const handle = await open(file, 'w')
  try {
    for (;;) await handle.write(Buffer.alloc(4096))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  } finally {
    await handle.close()
  }
}
