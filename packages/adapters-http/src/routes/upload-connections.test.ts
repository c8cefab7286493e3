import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import { aService, mp3, type Service } from '../testing/a-service.ts'
import { RawConnection } from '../testing/raw-connection.ts'
import type { TestClient, TestReply } from '../testing/test-client.ts'

const tus = { 'Tus-Resumable': '1.0.0' }
const partType = 'application/offset+octet-stream'
const song = mp3(100_000)

describe('an upload at /v1/audio/uploads', () => {
  let service: Service
  let client: TestClient
  let path: string
  beforeEach(async () => {
    service = await aService()
    client = await service.aUser()
    const begun = await client.post('/v1/audio/uploads', { headers: { ...tus, 'Upload-Length': '100000' } })
    path = String(begun.headers.get('location'))
  })
  afterEach(() => service.close())

  const head = (browser = client): Promise<TestReply> => browser.send('HEAD', path, { headers: tus })
  const offset = async (): Promise<number> => Number((await head()).headers.get('upload-offset'))

  const requestHead = (method: string, headers: Readonly<Record<string, string | number>>): string =>
    [
      `${method} ${path} HTTP/1.1`,
      'Host: audio.example.org',
      `Cookie: ${[...client.cookies].map(([name, value]) => `${name}=${value}`).join('; ')}`,
      ...Object.entries({ ...tus, ...headers }).map(([name, value]) => `${name}: ${value}`),
      '',
      '',
    ].join('\r\n')

  /** Begins to send all that follows on the offset. */
  const openPatch = async (from: number): Promise<RawConnection> => {
    const connection = await RawConnection.open(service.port)
    const headers = { 'Content-Type': partType, 'Upload-Offset': from, 'Content-Length': song.length - from }
    await connection.send(requestHead('PATCH', headers))
    return connection
  }

  const sendRest = (from: number, browser = client): Promise<TestReply> =>
    browser.patch(path, {
      body: song.subarray(from),
      headers: {
        ...tus,
        'Content-Type': partType,
        'Upload-Offset': from.toString(),
      },
    })

  const expectSong = async (reply: TestReply): Promise<void> => {
    const id = String(reply.headers.get('audio-id'))
    expect((await client.get(`/v1/audio/file/${id}`)).bytes.equals(song)).to.equal(true)
    const stored: string[] = []
    for await (const content of service.backend.contents.list()) stored.push(content.id)
    expect(stored).to.deep.equal([id])
    expect((await client.get('/v1/auth/me/usage')).body).to.include({
      used_files: 1,
      used_bytes: song.length,
      reserved_files: 0,
      reserved_bytes: 0,
    })
  }

  describe('whose connection breaks', () => {
    it('keeps every byte that arrived', async () => {
      for (let from = 0; from < 90_000; from += 30_001) {
        const connection = await openPatch(from)
        await connection.send(song.subarray(from, from + 30_001))
        await delay(100)
        connection.socket.destroy()
        await delay(100)
        expect(await offset()).to.equal(from + 30_001)
      }
      await expectSong(await sendRest(90_003))
    })

    it('and is not known to have broken: who asks for the offset takes over', async () => {
      const stale = await openPatch(0)
      await stale.send(song.subarray(0, 50_000))
      await delay(100)
      expect(await offset()).to.equal(50_000)
      await expectSong(await sendRest(50_000))
      const { status, body } = await stale.reply()
      expect(status).to.equal(423)
      expect(body).to.contain('upload_busy')
    })
  })

  it('that another node holds is waited for no longer than its client does', async () => {
    const { leases, clock } = service.backend
    const id = path.slice(path.lastIndexOf('/') + 1)
    const lease = { name: `upload:${id}`, holder: 'another node' }
    await leases.acquire(lease, { now: clock.now(), endsAt: new Date(clock.now().getTime() + 60_000) })
    let asked = 0
    const acquire = leases.acquire.bind(leases)
    leases.acquire = (...values) => {
      asked++
      return acquire(...values)
    }
    const connection = await RawConnection.open(service.port)
    await connection.send(requestHead('HEAD', {}))
    while (asked === 0) await delay(10)
    connection.socket.resetAndDestroy()
    for (let before = -1, tries = 0; before < asked; tries++) {
      expect(tries, 'still asking').to.be.below(6)
      before = asked
      await delay(1000)
    }
  })

  it('goes on whoever else asks for it: to a stranger it is not there, whether or not somebody sends', async () => {
    const stranger = await service.aUser('stranger@example.com')
    const sending = await openPatch(0)
    await sending.send(song.subarray(0, 50_000))
    const asks = [
      () => stranger.send('HEAD', path, { headers: tus }),
      () => stranger.delete(path, { headers: tus }),
      () => sendRest(0, stranger),
    ]
    for (const ask of asks) expect((await ask()).status).to.equal(404)
    await sending.send(song.subarray(50_000))
    await sending.until((received) => received.includes('\r\n\r\n'))
    expect(sending.received.toString('latin1')).to.match(/^HTTP\/1.1 204 /)
    await expectSong(await head())
  })
})
