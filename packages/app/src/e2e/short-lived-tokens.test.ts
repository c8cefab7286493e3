import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import type { Browser as WebBrowser, Page } from 'puppeteer-core'
import { Upload } from 'tus-js-client'
import { hasPythonModule, runPython } from './python.ts'
import { silentWav } from './silent-wav.ts'
import { password, startTestServer, type TestServer } from './test-server.ts'
import { describeInBrowsers, runInPage, signInOnPage } from './web-browsers.ts'

// The shortest life that lets a request be made before the token expires; an operator cannot set one so
// short.
const config = { accessTokenTtlSeconds: 2 }

const expired = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2500))

describeInBrowsers('an hour of audio, with access tokens that expire', (open) => {
  let server: TestServer
  let browser: WebBrowser
  let page: Page
  before(async () => {
    server = await startTestServer({}, config)
    browser = await open()
    page = await browser.newPage()
  })
  after(async () => {
    await browser.close()
    await server.close()
  })

  const seekTo = (seconds: number): Promise<unknown> =>
    runInPage(
      page,
      `const audio = window.audio
       const failed = new Promise((_, reject) => {
         audio.addEventListener('error', () => reject(new Error(audio.error?.message)))
       })
       const played = (async () => {
         audio.currentTime = input
         await audio.play()
         while (!(audio.currentTime > input + 0.2)) await new Promise((resolve) => setTimeout(resolve, 20))
         return 'plays'
       })()
       return await Promise.race([played, failed])`,
      seconds,
    )
  const statusOf = (url: string) => runInPage(page, 'return (await fetch(input)).status', url)

  it('plays and seeks for as long as the session lives, and no longer', async () => {
    await signInOnPage(page, server.origin, 'listener')
    // The file comes by another session of the user, so that the page has nothing of it in its cache.
    const uploader = server.browser()
    await uploader.json('POST', '/v1/auth/login', {
      email: 'listener@example.org',
      password,
    })
    const uploaded = await uploader.upload(silentWav(3600), 'hour.wav')
    const src = uploaded.headers.get('Location') ?? ''
    await runInPage(page, 'window.audio = new Audio(input)', src)
    expect(await seekTo(0)).to.equal('plays')
    await expired()
    expect(await statusOf('/v1/auth/me')).to.equal(401)
    for (const seconds of [1800, 3500, 900]) expect(await seekTo(seconds)).to.equal('plays')

    // The media cookie opens nothing else, and ends with the session.
    for (const url of ['/v1/audio/', `${src}/metadata`]) expect(await statusOf(url)).to.equal(401)
    expect(
      await runInPage(page, "return (await fetch('/v1/auth/logout', { method: 'POST' })).status"),
    ).to.equal(204)
    expect(await statusOf(src)).to.equal(401)
  })
})

describe('an upload that outlives its access token', function () {
  this.timeout(60_000)
  let server: TestServer
  before(async () => {
    server = await startTestServer({}, config)
  })
  after(() => server.close())

  const file = silentWav(60)
  const chunkSize = 100_000
  const headersOf = async (name: string) => {
    const browser = await server.signedIn(name)
    return { browser, headers: { Authorization: `Bearer ${browser.cookie('access_token') ?? ''}` } }
  }

  it('continues with tus-js-client and its first header', async () => {
    const { browser, headers } = await headersOf('ann')
    const audioId = await new Promise<string>((resolve, reject) => {
      new Upload(file, {
        endpoint: `${server.origin}/v1/audio/uploads`,
        headers,
        chunkSize,
        retryDelays: null,
        onBeforeRequest: (request) => (request.getMethod() === 'PATCH' ? expired() : undefined),
        onError: reject,
        onSuccess: ({ lastResponse }) => {
          resolve(lastResponse.getHeader('Audio-Id') ?? '')
        },
      }).start()
    })
    expect(audioId).to.match(/^[0-9a-f-]{36}$/)
    // The token opens that upload and nothing else.
    const reply = await fetch(`${server.origin}/v1/audio/file/${audioId}/metadata`, { headers })
    expect(reply.status).to.equal(401)
    expect((await browser.fetch('/v1/auth/refresh', { method: 'POST' })).status).to.equal(200)
    expect((await browser.fetch(`/v1/audio/file/${audioId}/metadata`)).status).to.equal(200)
  })

  if (hasPythonModule('tusclient')) {
    it('continues with tuspy and its first header', async () => {
      await server.signedIn('ben')
      const source = path.join(server.dataFolder, 'minute.wav')
      await writeFile(source, file)
      // Python takes seconds to start on a busy machine, so the script signs in by itself.
      const script = `
import os, time, requests
from tusclient import client
credentials = {'email': 'ben@example.org', 'password': '${password}', 'token_delivery': 'body'}
token = requests.post(os.environ['ORIGIN'] + '/v1/auth/login', json=credentials).json()['access_token']
tus = client.TusClient(os.environ['ORIGIN'] + '/v1/audio/uploads', headers={'Authorization': 'Bearer ' + token})
uploader = tus.uploader(os.environ['SOURCE'], chunk_size=${chunkSize}, metadata={'filename': 'minute.wav'})
while uploader.offset < uploader.get_file_size():
    uploader.upload_chunk()
    time.sleep(1)
print(uploader.offset)`
      const offset = await runPython(script, { ORIGIN: server.origin, SOURCE: source })
      expect(offset).to.equal(String(file.length))
    })
  }

  it('stops when the session ends', async () => {
    const { browser, headers } = await headersOf('cid')
    const tus = { ...headers, 'Tus-Resumable': '1.0.0' }
    const begun = await fetch(`${server.origin}/v1/audio/uploads`, {
      method: 'POST',
      headers: { ...tus, 'Upload-Length': '1000' },
    })
    const url = new URL(begun.headers.get('Location') ?? '', server.origin)
    await expired()
    expect((await fetch(url, { method: 'HEAD', headers: tus })).status).to.equal(200)
    expect((await browser.fetch('/v1/auth/logout', { method: 'POST' })).status).to.equal(204)
    expect((await fetch(url, { method: 'HEAD', headers: tus })).status).to.equal(401)
  })
})
