import { expect } from 'chai'
import { aService } from '../testing/a-service.ts'
import { expectProblem } from '../testing/expect-problem.ts'
import type { HealthCheck, HttpAppOptions } from '../http-app-options.ts'

async function ready(overrides: Partial<HttpAppOptions>) {
  const service = await aService(overrides)
  try {
    return {
      live: await service.client().get('/livez'),
      ready: await service.client().get('/readyz/'),
      logged: service.logged.join(''),
    }
  } finally {
    await service.close()
  }
}

const works: HealthCheck = { name: 'storage', check: async () => 'ok' }
const isDegraded: HealthCheck = { name: 'storage', check: async () => 'degraded' }
const fails: HealthCheck = {
  name: 'database',
  check: async () => {
    throw new Error('connect ECONNREFUSED 10.0.0.5:5432')
  },
}

describe('GET /problems/{code}', () => {
  it('is where the type of a problem leads', async () => {
    const service = await aService()
    const { body } = await service.client().get('/nothing')
    const explained = await service.client().get(String(body.type))
    expect(explained.body).to.deep.equal({ code: 'not_found', status: 404, title: 'Not found' })
    for (const code of ['nonsense', 'constructor', '__proto__']) {
      expectProblem(await service.client().get(`/problems/${code}`), '404 not_found')
    }
    await service.close()
  })
})

describe('health', () => {
  it('is ready where every part works', async () => {
    const reply = await ready({ healthChecks: [works] })
    expect(reply.ready.status).to.equal(200)
    expect(reply.ready.body).to.deep.equal({ status: 'ok', failing: [], degraded: [] })
  })

  it('is alive but not ready where a part fails, and names it without a detail', async () => {
    const reply = await ready({ healthChecks: [works, fails] })
    expect(reply.live.status).to.equal(200)
    expect(reply.ready.status).to.equal(503)
    expect(reply.ready.body).to.deep.equal({ status: 'failing', failing: ['database'], degraded: [] })
    expect(reply.ready.headers.get('retry-after')).to.equal('5')
    expect(reply.logged).to.include('ECONNREFUSED')
  })

  it('is ready where a part is degraded, and names it', async () => {
    const reply = await ready({ healthChecks: [isDegraded] })
    expect(reply.ready.status).to.equal(200)
    expect(reply.ready.body).to.deep.equal({ status: 'degraded', failing: [], degraded: ['storage'] })
    const both = await ready({ healthChecks: [isDegraded, fails] })
    expect(both.ready.status).to.equal(503)
    expect(both.ready.body).to.deep.equal({ status: 'failing', failing: ['database'], degraded: ['storage'] })
  })

  it('is not ready while the process stops', async () => {
    const reply = await ready({ healthChecks: [works], isDraining: () => true })
    expect(reply.ready.status).to.equal(503)
    expect(reply.ready.body.failing).to.deep.equal(['draining'])
  })
})
