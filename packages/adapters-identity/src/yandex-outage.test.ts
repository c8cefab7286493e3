import net from 'node:net'
import { inspect } from 'node:util'
import { OAuthDenied, ProviderUnavailable } from '@audiohost/core'
import { errorOf } from '@audiohost/core/testing'
import { expect } from 'chai'
import {
  answerEndlessly,
  answerHalf,
  answerJson,
  answerLater,
  answerRedirect,
  answerText,
  type Answer,
} from './testing/scripted-answers.ts'
import { startScriptedServer, type ScriptedServer } from './testing/scripted-server.ts'
import { YandexIdentityProvider, type YandexIdentityProviderOptions } from './yandex-identity-provider.ts'

const grant = { code: 'canary-code', codeVerifier: 'canary-verifier-of-at-least-43-characters-012' }
const token = 'canary-token'
const profile = { id: '1', client_id: 'client', first_name: 'canary-name', default_email: 'canary@yandex.ru' }
// Good for either request, so that only what is wrong with the answer keeps it from being accepted.
const both = { access_token: token, ...profile }
const tenMegabytes = { padding: 'x'.repeat(10_000_000), ...both }

const hurried = { totalTimeoutMs: 300 }
const late = /had no answer when 300 ms were over$/
const brokenOff = /failed: ECONNRESET$|could not be read: /
const notReadable = /could not be read: /
const useless = /lacks an access token$|lacks a usable id or client_id$|could not be read: /

const outages: readonly (readonly [name: string, answer: Answer, cause: RegExp])[] = [
  ['never answers', () => undefined, late],
  ['stops within the head', (response) => response.socket?.write('HTTP/1.1 200 OK\r\nContent-'), late],
  ['stops within the body', answerHalf(`{"access_token":"${token}",`), late],
  ['sends a byte now and then', answerEndlessly, late],
  ['closes the connection', (response) => response.socket?.destroy(), brokenOff],
  ['resets the connection', (response) => response.socket?.resetAndDestroy(), brokenOff],
  [
    'breaks off within the body',
    (response, request) => {
      answerHalf(`{"access_token":"${token}",`)(response, request)
      setImmediate(() => response.socket?.destroy())
    },
    brokenOff,
  ],
  ['does not speak HTTP', (response) => response.socket?.end(`${token}\r\n\r\n`), /failed: HPE_[A-Z_]+$/],
  ['answers 500', answerJson(500, { error: 'invalid_grant', detail: token }), /status 500 invalid_grant$/],
  ['answers 503 in HTML', answerText(503, `<h1>${token}</h1>`, 'text/html'), notReadable],
  ['answers 429', answerJson(429, { error: 'slow_down' }), /status 429 slow_down$/],
  ['answers 401', answerJson(401, { error: 'unauthorized', token }), /status 401 unauthorized$/],
  ['answers 404', answerJson(404, token), /status 404$/],
  ['answers HTML', answerText(200, `<html>${token}</html>`, 'text/html'), notReadable],
  ['answers broken JSON', answerText(200, `${token}{`), notReadable],
  ['answers nothing', answerText(200, ''), useless],
  ['answers null', answerJson(200, null), useless],
  ['answers a list', answerJson(200, [both]), useless],
  ['answers a text', answerJson(200, token), useless],
  ['answers a number', answerJson(200, 7), useless],
  ['answers with a prototype', answerText(200, `{"__proto__":${JSON.stringify(both)}}`), notReadable],
  ['answers JSON nested deeply', answerText(200, '['.repeat(30_000) + ']'.repeat(30_000)), useless],
  [
    'answers compressed unasked',
    (response, request) => {
      response.setHeader('content-encoding', 'gzip')
      answerText(200, '\x1f\x8b\x08')(response, request)
    },
    notReadable,
  ],
  ['answers 10 MB', answerJson(200, tenMegabytes), notReadable],
  ['answers 500 with 10 MB', answerJson(500, tenMegabytes), notReadable],
  [
    'redirects to itself',
    (response, request) => answerRedirect(302, request.url ?? '', both)(response, request),
    notReadable,
  ],
  ...[301, 303, 307, 308].map(
    (status) =>
      [`redirects with ${status}`, answerRedirect(status, '/elsewhere', both), notReadable] as const,
  ),
]

describe('YandexIdentityProvider, when Yandex', () => {
  let server: ScriptedServer
  let options: Partial<YandexIdentityProviderOptions>
  let answers: { token: Answer; profile: Answer }

  beforeEach(async () => {
    answers = {
      token: answerJson(200, { access_token: token, token_type: 'bearer' }),
      profile: answerJson(200, profile),
    }
    server = await startScriptedServer((request, response) => {
      request.resume().once('end', () => {
        const answer = request.method === 'POST' ? answers.token : answers.profile
        answer(response, request)
      })
    })
    options = { oauthUrl: server.url, profileUrl: `${server.url}/info` }
  })
  afterEach(() => server.stop())

  it('works, nobody is refused', async () => {
    expect(await aProvider(options).fetchProfile(grant)).to.have.property('subject', '1')
  })

  for (const [name, answer, cause] of outages) {
    it(`${name} at the token request`, async () => {
      answers.token = answer
      await expectUnavailable(aProvider({ ...options, ...(cause === late && hurried) }), cause)
      expect(server.requests).to.deep.equal(['POST /token'])
    })

    it(`${name} at the profile request`, async () => {
      answers.profile = answer
      await expectUnavailable(aProvider({ ...options, ...(cause === late && hurried) }), cause)
      expect(server.requests).to.deep.equal(['POST /token', 'GET /info?format=json'])
    })
  }

  for (const access_token of [undefined, null, '', 7, ['a'], {}, 'a b', 'a\r\nx: y', 'é']) {
    it(`gives out the token ${inspect(access_token)}`, async () => {
      answers.token = answerJson(200, { access_token, note: token })
      await expectUnavailable(aProvider(options), useless)
      expect(server.requests).to.deep.equal(['POST /token'])
    })
  }

  for (const error of ['invalid_grant', 'bad_verification_code', 'invalid_request', 'access_denied']) {
    it(`refuses the code with ${error}`, async () => {
      answers.token = answerJson(400, { error, error_description: `canary: ${grant.code}` })
      const refusal = await errorOf(aProvider(options).fetchProfile(grant))
      expect(refusal).to.be.instanceOf(OAuthDenied)
      expectNothingToLeak(refusal)
    })
  }

  for (const error of [
    'invalid_client',
    'unauthorized_client',
    'canary of 1\r\nline',
    ['invalid_grant'],
    null,
  ]) {
    it(`dislikes our configuration: ${JSON.stringify(error)}`, async () => {
      answers.token = answerJson(400, { error })
      await expectUnavailable(
        aProvider(options),
        /^The token request was answered with status 400( \w+_client)?$/,
      )
    })
  }

  it('is not there', async () => {
    await expectUnavailable(aProvider({ oauthUrl: 'http://127.0.0.1:9' }), /failed: ECONNREFUSED$/)
  })

  it('accepts the connection and stops within the TLS handshake', async () => {
    const connections: net.Socket[] = []
    const silent = net.createServer((socket) => connections.push(socket.on('error', () => undefined)))
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as net.AddressInfo
    try {
      const provider = aProvider({ oauthUrl: `https://127.0.0.1:${port}`, connectTimeoutMs: 50 })
      await expectUnavailable(provider, /^The token request failed: CONNECT_TIMEOUT$/)
    } finally {
      silent.close()
      for (const socket of connections) socket.destroy()
    }
  })

  it('takes the time twice, once for each request', async () => {
    answers = { token: answerLater(200, answers.token), profile: answerLater(200, answers.profile) }
    await expectUnavailable(aProvider({ ...options, ...hurried }), late)
  })

  it('is quick in connecting and slow in answering, within the limits', async () => {
    answers.profile = answerLater(600, answers.profile)
    const provider = aProvider({ ...options, connectTimeoutMs: 500 })
    expect(await provider.fetchProfile(grant)).to.have.property('subject', '1')
  })

  it('hangs, the connection is closed at the deadline', async () => {
    const closed = new Promise((resolve) => {
      answers.profile = (response) => response.once('close', resolve)
    })
    await expectUnavailable(aProvider({ ...options, ...hurried }), late)
    await closed
  })

  it('is down for a while, it is spared most requests, and found again when it is back', async () => {
    let time = 0
    const provider = aProvider({
      ...options,
      breaker: { failureLimit: 2, coolDownMs: 5000, now: () => time },
    })
    const up = answers.profile
    answers.profile = answerJson(500, {})
    for (const cause of [/status 500$/, /status 500$/, /^Not asked/, /^Not asked/]) {
      await expectUnavailable(provider, cause)
    }
    expect(server.requests).to.have.lengthOf(4)

    answers.profile = up
    time = 4999
    await expectUnavailable(provider, /^Not asked/)
    time = 5000
    expect(await provider.fetchProfile(grant)).to.have.property('subject', '1')
  })
})

function aProvider(options: Partial<YandexIdentityProviderOptions>): YandexIdentityProvider {
  return new YandexIdentityProvider({
    clientId: 'client',
    clientSecret: 'canary-secret',
    redirectUri: 'https://audio.example/v1/auth/yandex/callback',
    // Longer than any answer takes, on however busy a machine.
    connectTimeoutMs: 15_000,
    totalTimeoutMs: 15_000,
    ...options,
  })
}

async function expectUnavailable(provider: YandexIdentityProvider, cause: RegExp): Promise<void> {
  const refusal = await errorOf(provider.fetchProfile(grant))
  expect(refusal).to.be.instanceOf(ProviderUnavailable)
  expect(refusal).to.have.property('cause').with.property('message').that.matches(cause)
  expectNothingToLeak(refusal)
}

/** Whatever a logger may print of it: message, stack, fields shown and hidden, and the whole chain of causes. */
function expectNothingToLeak(error: unknown): void {
  const everything = {
    depth: Infinity,
    showHidden: true,
    maxStringLength: Infinity,
    maxArrayLength: Infinity,
  }
  const printed = inspect(error, everything)
  expect(printed).not.to.match(/canary/i)
  expect(printed).not.to.include(Buffer.from('client:canary-secret').toString('base64'))
}
