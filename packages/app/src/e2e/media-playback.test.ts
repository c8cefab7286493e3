import { expect } from 'chai'
import type { Browser, Page } from 'puppeteer-core'
import { silentWav } from './silent-wav.ts'
import { readSample, startTestServer, type TestServer } from './test-server.ts'
import { describeInBrowsers, openMedia, runInPage, signInOnPage, startPageServer } from './web-browsers.ts'

/** Plays from the start, after a seek, and to the end; rejects with the error of the element. */
const playThrough = `
  const audio = document.querySelector('audio, video') ?? document.body.appendChild(new Audio(input.src))
  const failed = new Promise((_, reject) => {
    audio.addEventListener('error', () => reject(new Error(audio.error?.message)))
  })
  const until = async (holds) => { while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20)) }
  const play = async () => {
    await audio.play()
    await until(() => audio.currentTime > 0.1)
    if (audio.duration > 10) {
      audio.currentTime = audio.duration / 2
      await until(() => audio.currentTime > audio.duration / 2 + 0.1)
      audio.currentTime = audio.duration - 0.5
    }
    await until(() => audio.ended)
    return 'played ' + Math.round(audio.duration) + ' s'
  }
  return await Promise.race([play(), failed])`

/** A tag, as any tagger may write it, whose text is a page with a script; then frames. */
function htmlPolyglot(frames: Buffer): Buffer {
  const text = Buffer.from('<html><script>document.title = "script ran"</script>'.padEnd(1000))
  const frame = Buffer.concat([Buffer.from('TIT2\0\0'), Buffer.from([3, 0xe9, 0, 0, 0]), text])
  // The size of the tag is written with seven bits a byte.
  const header = Buffer.from([0x49, 0x44, 0x33, 3, 0, 0, 0, 0, frame.length >> 7, frame.length & 0x7f])
  return Buffer.concat([header, frame, frames])
}

describeInBrowsers('an audio element', (open) => {
  let server: TestServer
  let browser: Browser
  let page: Page
  before(async () => {
    server = await startTestServer()
    browser = await open()
    page = await browser.newPage()
    await signInOnPage(page, server.origin, 'listener')
  })
  after(async () => {
    await browser.close()
    await server.close()
  })

  /** Uploads as the user of the page; the path of the content. */
  const upload = async (bytes: Buffer, fileName: string): Promise<string> =>
    (await runInPage(
      page,
      `const bytes = Uint8Array.from(atob(input.base64), (character) => character.charCodeAt(0))
       const body = new FormData()
       body.set('file', new Blob([bytes]), input.fileName)
       return (await fetch('/v1/audio/file', { method: 'POST', body })).headers.get('Location')`,
      { base64: bytes.toString('base64'), fileName },
    )) as string

  for (const sample of ['cbr.mp3', 'pcm16.wav', 'tagged.flac', 'vorbis.ogg', 'opus.ogg', 'opus.webm']) {
    it(`plays ${sample} on a page of the service`, async () => {
      await page.goto(`${server.origin}/docs`)
      const src = await upload(await readSample(`sweep/${sample}`), sample)
      expect(await runInPage(page, playThrough, { src })).to.equal('played 1 s')
    })
  }

  describe('with a minute of sound', () => {
    let src: string
    before(async () => {
      await page.goto(`${server.origin}/docs`)
      src = await upload(silentWav(60), 'minute.wav')
    })

    for (const path of ['/', '/docs']) {
      it(`plays, seeks and ends on ${path}`, async () => {
        await page.goto(server.origin + path)
        expect(await runInPage(page, playThrough, { src })).to.equal('played 60 s')
      })
    }

    it('plays, seeks and ends on a page of another port, without `crossorigin`', async () => {
      const sibling = await startPageServer(`<!doctype html><audio src="${server.origin}${src}"></audio>`)
      await page.goto(sibling.origin)
      const played = await runInPage(page, playThrough)
      await sibling.close()
      expect(played).to.equal('played 60 s')
    })
  })

  it('plays a file that is opened in a tab, the first time and from the cache', async () => {
    await page.goto(`${server.origin}/docs`)
    const src = await upload(await readSample('sweep/cbr.mp3'), 'song.mp3')
    for (let visit = 0; visit < 2; visit++) {
      await openMedia(page, server.origin + src)
      expect(await runInPage(page, playThrough)).to.equal('played 1 s')
    }
  })

  it('plays a file that holds a page with a script, and does not run the script', async () => {
    await page.goto(`${server.origin}/docs`)
    const src = await upload(htmlPolyglot(await readSample('sweep/cbr.mp3')), 'page.mp3')
    await openMedia(page, server.origin + src)
    expect(await runInPage(page, playThrough)).to.equal('played 1 s')
    expect(await page.title()).to.not.equal('script ran')
    expect(await runInPage(page, 'return document.contentType')).to.equal('audio/mpeg')
  })
})
