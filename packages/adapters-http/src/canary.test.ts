import { expect } from 'chai'
import { aService, uploadForm } from './testing/a-service.ts'

/** What must not leave: each is looked for in every log line and in every body where it does not belong. */
describe('secrets', () => {
  it('stay out of every log line, and out of every body that is not for them', async () => {
    const service = await aService({ rateLimits: 'on' })
    const email = 'canary.address@example.com'
    const password = 'canary password 7f3a9'
    const { client } = service
    const browser = client()
    const person = { name: 'Canaryname', surname: 'Canarysurname', email, password }
    await browser.post('/v1/auth/registration', { json: person })
    await browser.post('/v1/auth/registration', { json: person })
    await browser.post('/v1/auth/registration', {
      json: { ...person, email: `${email} oops`, password2: 'x' },
    })
    await browser.post('/v1/auth/login', { json: { email, password: `${password} wrong` } })
    await browser.post('/v1/auth/login', { json: { email, password } })
    const secrets = [...browser.cookies.values()]
    await browser.post('/v1/auth/refresh')
    secrets.push(...browser.cookies.values())
    await browser.get('/v1/auth/sessions')
    await browser.patch('/v1/auth/me', {
      json: { email: 'other@example.com', current_password: `${password} wrong` },
    })
    await browser.post('/v1/audio/file', { body: uploadForm(undefined, { title: 'Canarytitle' }) })
    await browser.get(`/v1/audio/?q=Canarytitle&cursor=x`)
    await browser.get(`/v1/auth/me?access_token=${secrets[0] ?? ''}`)
    await client().post('/v1/auth/login', {
      body: `{"email":"${email}","password":"${password}"`,
      headers: { 'Content-Type': 'application/json' },
    })
    await client().get('/v1/auth/me', { headers: { Authorization: `Bearer ${secrets[0] ?? ''}x` } })

    const begun = await browser.post('/v1/auth/yandex/login', { json: { return_to: '/canary-path' } })
    const { code, state } = service.backend.provider.approve(begun.headers.get('location') ?? '')
    const browserKey = browser.cookies.get('__Host-oauth_login') ?? ''
    await browser.get(`/v1/auth/yandex/callback?code=${code}&state=${state}`)
    await browser.get(`/v1/auth/yandex/callback?code=${code}&state=${state}`)
    secrets.push(state, browserKey, ...browser.cookies.values())

    service.backend.users.find = () => Promise.reject(new Error(`query failed for ${email}`))
    service.backend.passwords.findByEmail = () =>
      Promise.reject(
        Object.assign(new Error(`no rows for '${email}'`), { parameters: [password], detail: password }),
      )
    await client().post('/v1/auth/login', { json: { email, password } })
    await browser.post('/v1/auth/logout')
    await service.close()

    const logs = service.logged.join('')
    expect(service.logged.length).to.be.at.least(service.sent.length)
    for (const secret of [
      ...secrets,
      password,
      email,
      '$fake$',
      'Canary',
      'canary-path',
      code,
      'fake-access',
      'fake-refresh',
    ]) {
      expect(secret, 'a secret to look for').to.have.lengthOf.above(3)
      expect(logs, secret).to.not.include(secret)
    }
    for (const { text, status } of service.sent) {
      expect(text).to.not.include(password).and.not.include('$fake$').and.not.include('asswordHash')
      for (const secret of secrets) expect(text).to.not.include(secret)
      if (status >= 400) expect(text).to.not.include(email)
    }
  })
})
