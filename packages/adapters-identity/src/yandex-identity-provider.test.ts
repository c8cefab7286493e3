import { createHash } from 'node:crypto'
import { OAuthDenied, ProviderUnavailable, type ExternalProfile } from '@audiohost/core'
import { errorOf, identityProviderContract } from '@audiohost/core/testing'
import { expect } from 'chai'
import { startFakeYandex, type FakeYandex } from './testing/index.ts'
import { YandexIdentityProvider, type YandexIdentityProviderOptions } from './yandex-identity-provider.ts'

const redirectUri = 'https://audio.example/v1/auth/yandex/callback'
const codeVerifier = 'a-verifier-of-at-least-43-characters-0123456789'
const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url')

describe('YandexIdentityProvider', () => {
  let yandex: FakeYandex
  let stopped: boolean

  beforeEach(async () => {
    yandex = await startFakeYandex()
    stopped = false
  })
  afterEach(async () => {
    if (!stopped) await yandex.stop()
  })

  const providerAt = (options: Partial<YandexIdentityProviderOptions> = {}) =>
    new YandexIdentityProvider({ ...yandex, redirectUri, ...options })

  const approvedCode = async (provider: YandexIdentityProvider): Promise<string> => {
    const { code } = await yandex.authorize(provider.authorizationUrl({ state: 'state', codeChallenge }))
    return code ?? ''
  }

  const signIn = async (provider: YandexIdentityProvider): Promise<ExternalProfile> =>
    provider.fetchProfile({ code: await approvedCode(provider), codeVerifier })

  describe('against an OAuth server', () => {
    identityProviderContract({
      make: async () => ({
        provider: providerAt(),
        approve: async (authorizationUrl, { subject, email, name, surname }) => {
          yandex.profile = {
            id: subject,
            client_id: yandex.clientId,
            default_email: email,
            first_name: name,
            last_name: surname,
          }
          const { code = '', state = '' } = await yandex.authorize(authorizationUrl)
          return { code, state }
        },
        goDown: async () => {
          stopped = true
          await yandex.stop()
        },
      }),
    })

    it('signs in the person of the profile', async () => {
      expect(await signIn(providerAt())).to.deep.equal({
        subject: '1000034426',
        email: 'ann.lee@yandex.ru',
        name: 'Ann',
        surname: 'Lee',
      })
    })

    it('refuses a profile that was fetched with the token of another client', async () => {
      yandex.profile = { id: '1', client_id: 'somebody-else' }
      expect(await errorOf(signIn(providerAt()))).to.be.instanceOf(OAuthDenied)
    })

    it('keeps the subject when the address changes or goes', async () => {
      const provider = providerAt()
      for (const default_email of ['old@yandex.ru', 'new@yandex.ru', undefined]) {
        yandex.profile = { id: '1', client_id: yandex.clientId, default_email }
        expect(await signIn(provider)).to.include({ subject: '1', email: default_email })
      }
    })

    for (const profile of [null, [], 'text', 7, {}, { id: null }, '<html></html>']) {
      it(`takes ${JSON.stringify(profile)} for a provider that does not work`, async () => {
        yandex.profile = profile
        expect(await errorOf(signIn(providerAt()))).to.be.instanceOf(ProviderUnavailable)
      })
    }

    it('tells the operator, not the person, that the client secret is wrong', async () => {
      const provider = providerAt({ clientSecret: 'canary-wrong-secret' })
      const refusal = await errorOf(signIn(provider))
      expect(refusal).to.be.instanceOf(ProviderUnavailable)
      expect(refusal)
        .to.have.property('cause')
        .with.property('message', 'The token request was answered with status 400 invalid_client')
    })

    it('refuses a code of impossible shape without asking', async () => {
      const provider = providerAt({ oauthUrl: 'http://127.0.0.1:9' })
      for (const code of ['', ' ', 'a b', 'a\r\nb', 'é', 'x'.repeat(2049)]) {
        expect(await errorOf(provider.fetchProfile({ code, codeVerifier }))).to.be.instanceOf(OAuthDenied)
      }
    })

    it('stays open however many strangers send wrong codes', async () => {
      const provider = providerAt({ breaker: { failureLimit: 1, coolDownMs: 60_000 } })
      for (const code of ['wrong-1', 'wrong-2', 'wrong-3']) {
        expect(await errorOf(provider.fetchProfile({ code, codeVerifier }))).to.be.instanceOf(OAuthDenied)
      }
      expect(await signIn(provider)).to.have.property('subject', '1000034426')
    })
  })

  describe('authorizationUrl', () => {
    it('goes to Yandex by default, without a scope', () => {
      const { clientId, clientSecret } = yandex
      const provider = new YandexIdentityProvider({ clientId, clientSecret, redirectUri })
      const url = new URL(provider.authorizationUrl({ state: 'a+b/c=&d', codeChallenge }))
      expect(url.origin + url.pathname).to.equal('https://oauth.yandex.ru/authorize')
      expect(Object.fromEntries(url.searchParams)).to.deep.equal({
        response_type: 'code',
        client_id: clientId,
        redirect_uri: redirectUri,
        state: 'a+b/c=&d',
        code_challenge: codeChallenge,
        code_challenge_method: 'S256',
      })
      expect(url.href).not.to.include(clientSecret)
    })

    it('asks for the scope where there is one', () => {
      const url = new URL(
        providerAt({ scope: 'login:email login:info' }).authorizationUrl({ state: 's', codeChallenge }),
      )
      expect(url.searchParams.get('scope')).to.equal('login:email login:info')
    })
  })

  it('refuses an unusable configuration without printing the secret', () => {
    const wrong = [
      { clientId: '' },
      { clientId: 'a client' },
      { clientSecret: '' },
      { clientSecret: 'canary-é' },
      { clientSecret: 'canary\n' },
      { clientSecret: 'canary', redirectUri: '/callback' },
      { clientSecret: 'canary', oauthUrl: 'ftp://oauth.example' },
      { clientSecret: 'canary', oauthUrl: 'oauth.example' },
      { clientSecret: 'canary', profileUrl: 'file:///info' },
    ]
    for (const options of wrong) {
      expect(() => providerAt(options)).to.throw(
        TypeError,
        /^The (client id|client secret|redirect URI|addresses) of Yandex must be/,
      )
      expect(() => providerAt(options)).not.to.throw(TypeError, /canary/)
    }
  })
})
