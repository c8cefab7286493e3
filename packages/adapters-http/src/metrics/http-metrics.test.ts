import { expect } from 'chai'
import { aService, mp3, uploadForm } from '../testing/a-service.ts'
import { expectProblem } from '../testing/expect-problem.ts'
import type { FinishedRequest, HttpMetrics, MetricsPage } from './http-metrics.ts'

class RecordedMetrics implements HttpMetrics {
  readonly finished: FinishedRequest[] = []
  readonly problems: string[] = []
  readonly streams: string[] = []
  inFlight = 0

  requestStarted(): void {
    this.inFlight++
  }
  requestFinished(request: FinishedRequest): void {
    this.inFlight--
    this.finished.push(request)
  }
  problemReported(code: string): void {
    this.problems.push(code)
  }
  streamOpened(direction: string): void {
    this.streams.push(`${direction} opened`)
  }
  streamClosed(direction: string): void {
    this.streams.push(`${direction} closed`)
  }
}

describe('HttpMetrics', () => {
  it('receives each request with its route and status, its problem and its streams', async () => {
    const metrics = new RecordedMetrics()
    const service = await aService({ metrics })
    const ann = await service.aUser()
    const { headers } = await ann.post('/v1/audio/file', { body: uploadForm() })
    await ann.get(headers.get('location') ?? '')
    await ann.post('/v1/audio/file', { body: uploadForm(Buffer.alloc(5000)) })
    await ann.get('/nothing/of/ours')
    await service.close()

    expect(metrics.finished.map(({ method, route, status }) => [method, route, status])).to.deep.equal([
      ['POST', '/v1/auth/registration', 201],
      ['POST', '/v1/auth/login', 200],
      ['POST', '/v1/audio/file', 201],
      ['GET', '/v1/audio/file/{id}', 200],
      ['POST', '/v1/audio/file', 422],
      ['GET', undefined, 404],
    ])
    expect(metrics.finished.every(({ durationSeconds }) => durationSeconds > 0)).to.equal(true)
    expect(metrics.problems).to.deep.equal(['not_audio', 'not_found'])
    expect(metrics.streams).to.deep.equal([
      'upload opened',
      'upload closed',
      'download opened',
      'download closed',
      'upload opened',
      'upload closed',
    ])
    expect(metrics.inFlight).to.equal(0)
  })

  it('counts a resumable upload that begins, and nothing for HEAD', async () => {
    const metrics = new RecordedMetrics()
    const service = await aService({ metrics })
    const ann = await service.aUser()
    const tus = { 'Tus-Resumable': '1.0.0' }
    const begun = await ann.post('/v1/audio/uploads', { headers: { ...tus, 'Upload-Length': '5000' } })
    metrics.streams.length = 0
    const location = begun.headers.get('location') ?? ''
    await ann.send('HEAD', location, { headers: tus })
    expect(metrics.streams).to.deep.equal([])
    const patched = await ann.patch(location, {
      body: mp3(5000),
      headers: { ...tus, 'Upload-Offset': '0', 'Content-Type': 'application/offset+octet-stream' },
    })
    await service.close()
    expect(patched.status).to.equal(204)
    expect(metrics.streams).to.deep.equal(['upload opened', 'upload closed'])
  })
})

describe('GET /metrics', () => {
  const token = 'a-token-for-prometheus'
  const metricsPage: MetricsPage = {
    token,
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    render: async () => 'audiohost_up 1\n',
  }

  it('answers with the metrics if the token is right', async () => {
    const service = await aService({ metricsPage })
    const scraper = service.client()
    scraper.bearer = token
    const reply = await scraper.get('/metrics')
    await service.close()
    expect([reply.status, reply.text]).to.deep.equal([200, 'audiohost_up 1\n'])
    expect(reply.headers.get('content-type')).to.equal(metricsPage.contentType)
  })

  it('refuses a missing or wrong token, a session, and the token in a cookie', async () => {
    const service = await aService({ metricsPage })
    const admin = await service.anAdmin()
    const inCookie = service.client()
    inCookie.cookies.set('__Host-access_token', token)
    for (const client of [service.client(), admin, inCookie]) {
      expectProblem(await client.get('/metrics'), '401 not_authenticated')
    }
    for (const wrong of ['', ' ', 'x', token.slice(1), `${token}x`, token.toUpperCase()]) {
      const client = service.client()
      client.bearer = wrong
      const reply = await client.get('/metrics')
      expectProblem(reply, '401 not_authenticated')
      expect(reply.body.detail).to.contain('METRICS_TOKEN')
    }
    await service.close()
  })

  it('answers 404 if the metrics are off', async () => {
    const service = await aService()
    const scraper = service.client()
    scraper.bearer = token
    expectProblem(await scraper.get('/metrics'), '404 not_found')
    await service.close()
  })
})
