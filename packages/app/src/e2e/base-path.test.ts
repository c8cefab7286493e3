import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { Upload } from 'tus-js-client'
import { Browser } from './browser.ts'
import { hasNginx, startNginx, type NginxProcess } from './nginx-process.ts'
import { hasPythonModule, runPython } from './python.ts'
import { password, readSample, startTestServer, type TestServer } from './test-server.ts'
import { describeInBrowsers, runInPage } from './web-browsers.ts'

const isRequired = process.env['CI'] === 'true' && process.env['REQUIRE_SERVICES'] === '1'

const proxies = [
  { title: 'a proxy that strips the path', base: '/audio', isStripped: true },
  { title: 'a proxy that passes the path on', base: '/audio', isStripped: false },
  { title: 'a proxy that strips a path with a space', base: '/my%20audio', isStripped: true },
  { title: 'a proxy that passes on a path that begins as the routes do', base: '/v1', isStripped: false },
  { title: 'a proxy that strips a path that begins as the routes do', base: '/v1', isStripped: true },
]

interface Deployment {
  readonly server: TestServer
  readonly nginx: NginxProcess
  close(): Promise<void>
}

async function deploy(base: string, isStripped: boolean): Promise<Deployment> {
  const server = await startTestServer({
    PUBLIC_URL: `http://localhost${base}`,
    CONTENT_DELIVERY: 'x-accel',
    TRUSTED_PROXIES: 'loopback',
  })
  const nginx = await startNginx({
    appOrigin: server.origin,
    audioFolder: path.join(server.dataFolder, 'audio'),
    below: { path: decodeURIComponent(base), isStripped },
  })
  const close = async (): Promise<void> => {
    await nginx.close()
    await server.close()
  }
  return { server, nginx, close }
}

const account = { name: 'Ann', surname: 'Lee', email: 'ann@example.org', password }

if (hasNginx || isRequired) {
  for (const { title, base, isStripped } of proxies) {
    describe(`below ${base}, behind ${title}`, () => {
      let deployment: Deployment
      let ann: Browser
      let sample: Buffer
      before(async () => {
        deployment = await deploy(base, isStripped)
        ann = new Browser(deployment.nginx.origin)
        await ann.json('POST', `${base}/v1/auth/registration`, account)
        const { email } = account
        expect((await ann.json('POST', `${base}/v1/auth/login`, { email, password })).status).to.equal(200)
        sample = await readSample('spoken/vbr-cover.mp3')
      })
      after(() => deployment.close())

      const expectStored = async (location: string): Promise<void> => {
        const reply = await ann.fetch(location)
        expect(reply.status).to.equal(200)
        expect(Buffer.from(await reply.arrayBuffer())).to.deep.equal(sample)
      }

      it('leads from one reply to the next', async () => {
        for (let uploads = 0; uploads < 2; uploads++) {
          const form = new FormData()
          form.set('file', new Blob([new Uint8Array(sample)]), 'song.mp3')
          const upload = await ann.fetch(`${base}/v1/audio/file`, { method: 'POST', body: form })
          expect(upload.status).to.equal(201)
          await expectStored(upload.headers.get('location') ?? '')
        }
        const list = await ann.fetch(`${base}/v1/audio/?limit=1`)
        const next = /^<([^>]+)>; rel="next"$/.exec(list.headers.get('link') ?? '')?.[1] ?? ''
        expect(await (await ann.fetch(next)).json())
          .to.have.property('items')
          .with.lengthOf(1)
        const { type } = (await (await ann.fetch(`${base}/v1/nothing`)).json()) as { type: string }
        expect(await (await ann.fetch(type)).json()).to.include({ code: 'not_found' })
      })

      it('completes an upload of tus-js-client', async () => {
        const location = await new Promise<string>((resolve, reject) => {
          new Upload(sample, {
            endpoint: `${deployment.nginx.origin}${base}/v1/audio/uploads`,
            chunkSize: Math.ceil(sample.length / 3),
            headers: { Authorization: `Bearer ${ann.cookie('access_token') ?? ''}` },
            metadata: { filename: 'song.mp3' },
            retryDelays: null,
            onError: reject,
            onSuccess: ({ lastResponse }) => {
              resolve(lastResponse.getHeader('Content-Location') ?? '')
            },
          }).start()
        })
        await expectStored(location)
      })

      if (!hasPythonModule('tusclient')) return
      it('completes an upload of tuspy', async () => {
        const folder = await mkdtemp(path.join(tmpdir(), 'audiohost-tuspy-'))
        try {
          const file = path.join(folder, 'song.mp3')
          await writeFile(file, sample)
          const uploadUrl = await runPython(
            `
import os
from tusclient.client import TusClient
client = TusClient(os.environ['ENDPOINT'], headers={'Authorization': 'Bearer ' + os.environ['TOKEN']})
uploader = client.uploader(os.environ['FILE'], chunk_size=20000, metadata={'filename': 'song.mp3'})
uploader.upload()
print(uploader.url)`,
            {
              ENDPOINT: `${deployment.nginx.origin}${base}/v1/audio/uploads`,
              TOKEN: ann.cookie('access_token') ?? '',
              FILE: file,
            },
          )
          const headers = { 'Tus-Resumable': '1.0.0' }
          const upload = await ann.fetch(uploadUrl, { method: 'HEAD', headers })
          await expectStored(upload.headers.get('content-location') ?? '')
        } finally {
          await rm(folder, { recursive: true })
        }
      })
    })
  }

  describeInBrowsers('the pages below /audio', (open) => {
    for (const isStripped of [true, false]) {
      it(`load all that they need from a proxy that ${isStripped ? 'strips' : 'passes on'} the path`, async () => {
        const deployment = await deploy('/audio', isStripped)
        const browser = await open()
        try {
          const page = await browser.newPage()
          const failed: string[] = []
          page.on('response', (response) => {
            if (response.status() >= 400) failed.push(response.url())
          })
          await page.goto(`${deployment.nginx.origin}/audio/`)
          await Promise.all([page.waitForNavigation(), page.click('a[href="/audio/docs"]')])
          await page.waitForSelector('#operations-Service-isAlive')
          expect(failed).to.deep.equal([])
          const server = await runInPage(page, `return document.querySelector('.servers option').value`)
          expect(server).to.equal('/audio')
          const status = await runInPage(page, `return (await fetch('/audio/livez')).status`)
          expect(status).to.equal(200)
        } finally {
          await browser.close()
          await deployment.close()
        }
      })
    }
  })
}
