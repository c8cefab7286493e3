import { spawnSync } from 'node:child_process'
import { expect } from 'chai'
import { readSample, startTestServer, type TestServer } from './test-server.ts'

const token = 'scrape-me-0123456789'
const hasPromtool = spawnSync('promtool', ['--version']).status === 0
const isRequired = process.env['CI'] === 'true' && process.env['REQUIRE_SERVICES'] === '1'

const scrape = (url: string, bearer?: string): Promise<Response> =>
  fetch(url, bearer === undefined ? {} : { headers: { Authorization: `Bearer ${bearer}` } })

/** The value of one series, by its name and labels as they are printed. */
const valueOf = (text: string, series: string): number => {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${series} `))
  return Number(line?.slice(series.length + 1) ?? expect.fail(`there is no ${series} in\n${text}`))
}

describe('metrics', () => {
  let server: TestServer
  afterEach(() => server.close())

  const metricsPortOf = (): number => {
    const lines = server.logged.map(
      (line) => JSON.parse(line) as { readonly msg: string; readonly port: number },
    )
    return lines.find(({ msg }) => msg === 'serving metrics')?.port ?? expect.fail('no port was logged')
  }

  it('count requests, bytes, streams, the pool and faults of a server that works', async () => {
    server = await startTestServer({ METRICS_TOKEN: token })
    const metrics = async (): Promise<string> => (await scrape(`${server.origin}/metrics`, token)).text()
    const ann = await server.signedIn('ann')
    const sample = await readSample('spoken/vbr-cover.mp3')
    const before = await metrics()
    const { id } = (await (await ann.upload(sample, 'song.mp3')).json()) as { id: string }
    await (await ann.fetch(`/v1/audio/file/${id}`)).arrayBuffer()
    expect((await ann.upload(Buffer.from('no audio'), 'no.mp3')).status).to.equal(422)
    await fetch(`${server.origin}/nothing`, { method: 'SEARCH' }).catch(() => undefined)
    const after = await metrics()

    const grown = (series: string): number => valueOf(after, series) - valueOf(before, series)
    const upload = 'method="POST",route="/v1/audio/file"'
    expect(valueOf(after, `audiohost_http_requests_total{${upload},status="201"}`)).to.equal(1)
    expect(valueOf(after, `audiohost_http_requests_total{${upload},status="422"}`)).to.equal(1)
    expect(valueOf(after, `audiohost_http_request_duration_seconds_count{${upload}}`)).to.equal(2)
    expect(valueOf(after, 'audiohost_http_problems_total{code="not_audio"}')).to.equal(1)
    expect(grown('audiohost_http_received_bytes_total')).to.be.within(sample.length, sample.length + 20_000)
    expect(grown('audiohost_http_sent_bytes_total')).to.be.within(sample.length, sample.length + 60_000)
    expect(valueOf(after, 'audiohost_http_open_streams{direction="download"}')).to.equal(0)
    expect(valueOf(after, 'audiohost_http_open_connections')).to.be.above(0)
    expect(valueOf(after, 'audiohost_database_pool_connections{state="idle"}')).to.be.above(0)
    expect(valueOf(after, 'audiohost_database_faults_total')).to.equal(0)
    expect(valueOf(after, 'audiohost_probe_waiting_files')).to.equal(0)
    expect(valueOf(after, 'audiohost_storage_faults_total{code="storage_full"}')).to.equal(0)
    expect(after).to.match(/^audiohost_build_info\{version="\d+\.\d+\.\d+",node_version="\d+\./m)
    expect(after).to.match(/^audiohost_nodejs_eventloop_lag_p99_seconds /m)
    // No id, address or name of a client becomes a label.
    expect(after).not.to.contain(id).and.not.to.contain('SEARCH').and.not.to.contain('ann@')
  })

  it('are off by default, and move to a port of their own', async () => {
    server = await startTestServer({ METRICS_PORT: '0' })
    const own = `http://127.0.0.1:${metricsPortOf()}`
    expect((await scrape(`${server.origin}/metrics`, token)).status).to.equal(404)
    const reply = await scrape(`${own}/metrics`)
    expect([reply.status, reply.headers.get('content-type')]).to.deep.equal([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
    ])
    expect((await scrape(`${own}/livez`)).status).to.equal(404)
    expect((await fetch(`${own}/metrics`, { method: 'POST' })).status).to.equal(405)
  })

  it('want the token on their own port too, if there is one', async () => {
    server = await startTestServer({ METRICS_PORT: '0', METRICS_TOKEN: token })
    const url = `http://127.0.0.1:${metricsPortOf()}/metrics`
    expect((await scrape(url)).status).to.equal(401)
    expect((await scrape(url, `${token}x`)).status).to.equal(401)
    expect((await scrape(url, token)).status).to.equal(200)
  })

  if (hasPromtool || isRequired) {
    it("pass Prometheus' own check", async () => {
      server = await startTestServer({ METRICS_TOKEN: token })
      await server.signedIn('ann')
      const input = await (await scrape(`${server.origin}/metrics`, token)).text()
      const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
        input,
        encoding: 'utf8',
      })
      expect([status, stdout + stderr]).to.deep.equal([0, ''])
    })
  }
})
