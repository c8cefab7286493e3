import { expect } from 'chai'
import type { Browser, Page } from 'puppeteer-core'
import { startTestServer, type TestServer } from './test-server.ts'
import {
  describeInBrowsers,
  runInPage,
  signInOnPage,
  startPageServer,
  type PageServer,
} from './web-browsers.ts'

describeInBrowsers('a page on another port of the same host', (open) => {
  let server: TestServer
  let sibling: PageServer
  let browser: Browser
  let ownPage: Page
  let foreignPage: Page
  before(async () => {
    server = await startTestServer()
    sibling = await startPageServer('<!doctype html><title>sibling</title>')
    browser = await open()
    ownPage = await browser.newPage()
    await signInOnPage(ownPage, server.origin, 'victim')
    foreignPage = await browser.newPage()
    await foreignPage.goto(sibling.origin)
  })
  after(async () => {
    await browser.close()
    await sibling.close()
    await server.close()
  })

  /** Sends the request as script on the page may, and resolves once the server has answered. */
  const sendFrom = (page: Page, target: string, { hasFile = false } = {}): Promise<unknown> =>
    runInPage(
      page,
      `const body = new FormData()
       body.set('file', new Blob(['ID3 planted'], { type: 'audio/mpeg' }), 'planted.mp3')
       const { method, hasFile } = input
       const init = { method, mode: 'no-cors', credentials: 'include', ...(hasFile && { body }) }
       // The page may not read the reply to a foreign page, or whether there was one.
       const reply = await fetch(input.url, init).catch(() => undefined)
       return reply?.status || 'unreadable'`,
      { method: target.split(' ')[0], url: `${server.origin}${target.split(' ')[1] ?? ''}`, hasFile },
    )

  /** What the server answered to the last request of this route, once it has. */
  async function statusOfLast(route: string): Promise<unknown> {
    for (;;) {
      const lines = server.logged.map((line) => JSON.parse(line) as { route?: string; status?: number })
      const last = lines.findLast((line) => line.route === route)
      if (last) return last.status
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  it('cannot upload to the account of the user', async () => {
    expect(await sendFrom(foreignPage, 'POST /v1/audio/file', { hasFile: true })).to.equal('unreadable')
    expect(await statusOfLast('/v1/audio/file')).to.equal(403)
  })

  it('cannot sign the user out', async () => {
    expect(await sendFrom(foreignPage, 'POST /v1/auth/logout')).to.equal('unreadable')
    expect(await statusOfLast('/v1/auth/logout')).to.equal(403)
    expect(await sendFrom(ownPage, 'GET /v1/auth/me')).to.equal(200)
  })

  it('cannot start a sign-in with a form', async () => {
    await runInPage(
      foreignPage,
      `const form = document.createElement('form')
       Object.assign(form, { action: input, method: 'post' })
       document.body.append(form)
       form.submit()`,
      `${server.origin}/v1/auth/yandex/login`,
    )
    expect(await statusOfLast('/v1/auth/yandex/login')).to.equal(403)
  })

  it('leaves the page of the service able to do all of this', async () => {
    expect(await sendFrom(ownPage, 'POST /v1/audio/file', { hasFile: true })).to.equal(422)
    expect(await sendFrom(ownPage, 'POST /v1/auth/logout')).to.equal(204)
    expect(await sendFrom(ownPage, 'GET /v1/auth/me')).to.equal(401)
  })
})
