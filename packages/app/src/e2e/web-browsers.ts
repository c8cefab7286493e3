import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { launch, type Browser, type LaunchOptions, type Page } from 'puppeteer-core'
import { password } from './test-server.ts'

interface WebBrowser {
  readonly name: string
  readonly paths: readonly string[]
  readonly options: LaunchOptions
}

const webBrowsers: readonly WebBrowser[] = [
  {
    name: 'Chromium',
    paths: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'],
    options: {
      browser: 'chrome',
      args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required', '--disable-dev-shm-usage'],
    },
  },
  {
    name: 'Firefox',
    paths: ['/usr/bin/firefox-esr', '/usr/bin/firefox'],
    options: {
      browser: 'firefox',
      // Without a sound card, Firefox stops with an error; the mock plays in real time.
      extraPrefsFirefox: { 'media.autoplay.default': 0, 'media.cubeb.force_mock_context': true },
    },
  },
]

const isRequired = process.env['CI'] === 'true' && process.env['REQUIRE_SERVICES'] === '1'

/**
 * A suite for each web browser on this machine. Without one there is nothing to run, unless services are
 * required.
 */
export function describeInBrowsers(
  title: string,
  suite: (open: () => Promise<Browser>) => void,
  names: readonly string[] = webBrowsers.map(({ name }) => name),
): void {
  for (const { name, paths, options } of webBrowsers.filter((browser) => names.includes(browser.name))) {
    const executablePath = paths.find((path) => existsSync(path))
    if (executablePath === undefined && !isRequired) continue
    describe(`${title}, in ${name}`, function () {
      this.timeout(120_000)
      suite(() => launch({ ...options, executablePath: executablePath ?? name, headless: true }))
    })
  }
}

/**
 * Runs the text of an async function body in the page, with `input` in scope. Functions cannot be passed: the
 * loader of the tests adds helpers to them that a page does not have.
 */
export const runInPage = (page: Page, body: string, input: unknown = {}): Promise<unknown> =>
  page.evaluate(`(async (input) => { ${body} })(${JSON.stringify(input)})`)

/**
 * Opens media in the tab. Navigation is not awaited: Firefox reports its end only once the whole file is
 * loaded.
 */
export async function openMedia(page: Page, url: string): Promise<void> {
  await page.goto('about:blank')
  void page.goto(url).catch(() => undefined)
  await page.waitForSelector('video, audio')
}

/** Opens a page of the server and signs in to a new account, as script on that page would. */
export async function signInOnPage(page: Page, origin: string, name: string): Promise<void> {
  await page.goto(`${origin}/docs`)
  const email = `${name}@example.org`
  const post = `(path, body) =>
    fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })`
  const status = await runInPage(
    page,
    `const post = ${post}
     await post('/v1/auth/registration', input.account)
     return (await post('/v1/auth/login', input.credentials)).status`,
    { account: { name, surname: 'Tester', email, password }, credentials: { email, password } },
  )
  if (status !== 200) throw new Error(`${name} could not sign in: ${String(status)}`)
}

export interface PageServer {
  readonly origin: string
  close(): Promise<void>
}

/** Serves one HTML page on another port of the same host: another origin of the same site. */
export async function startPageServer(html: string): Promise<PageServer> {
  const server = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html; charset=utf-8')
    response.end(html)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://localhost:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
}
