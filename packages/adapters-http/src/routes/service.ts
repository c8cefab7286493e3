import { z } from 'zod'
import { NotAuthenticated } from '@audiohost/core'
import { healthReply, healthSchema } from '../health-reply.ts'
import { isSameSecret } from '../metrics/is-same-secret.ts'
import { HttpProblem, statusOfProblem, titleOf, type ProblemCode } from '../problem.ts'
import { route } from '../route.ts'

const isAlive = route({
  name: 'isAlive',
  method: 'get',
  path: '/livez',
  summary: 'Whether the process runs',
  tag: 'Service',
  access: 'public',
  replies: { 200: { description: 'It runs', body: healthSchema } },
  errors: [],
  async handle() {
    return { status: 200, body: healthReply({ failing: [], degraded: [] }).body }
  },
})

const isReady = route({
  name: 'isReady',
  method: 'get',
  path: '/readyz',
  summary: 'Whether requests may be sent here',
  description:
    'Fails where a part fails that every request needs, and while the process is stopping. What is `degraded` leaves the status at 200: the rest goes on.',
  tag: 'Service',
  access: 'public',
  replies: {
    200: { description: 'Requests may be sent here', body: healthSchema },
    503: { description: 'Something does not', body: healthSchema, headers: { 'Retry-After': 'Seconds' } },
  },
  errors: [],
  async handle(_, { health }) {
    return healthReply(await health())
  },
})

const showApiDocument = route({
  name: 'getOpenApi',
  method: 'get',
  path: '/openapi.json',
  summary: 'This API as OpenAPI 3.1',
  tag: 'Service',
  access: 'public',
  replies: { 200: { description: 'The document', body: z.looseObject({ openapi: z.string() }) } },
  errors: [],
  async handle(_, { apiDocument }) {
    return { status: 200, body: { openapi: '3.1.1', ...apiDocument() } }
  },
})

const showMetrics = route({
  name: 'getMetrics',
  method: 'get',
  path: '/metrics',
  summary: 'Metrics of this process for Prometheus',
  description:
    'Needs the `METRICS_TOKEN` of the configuration as a Bearer token. Answers 404 if the metrics are off or have a port of their own (`METRICS_PORT`).',
  tag: 'Service',
  access: 'public',
  replies: {
    200: {
      description: 'The metrics in the text format of Prometheus',
      body: 'asset',
      contentTypes: ['text/plain'],
    },
  },
  errors: ['not_found', 'not_authenticated'],
  async handle({ credentials }, { metricsPage }) {
    if (!metricsPage) {
      throw new HttpProblem({
        status: 404,
        code: 'not_found',
        detail: 'The metrics are not served here. Set METRICS_TOKEN, or use METRICS_PORT',
      })
    }
    const token = credentials.hasBearerToken ? credentials.accessToken : undefined
    if (token === undefined || !isSameSecret(token, metricsPage.token)) {
      throw new NotAuthenticated(
        'The metrics token is missing or wrong. Send METRICS_TOKEN as a Bearer token',
      )
    }
    return {
      status: 200,
      body: await metricsPage.render(),
      headers: { 'Content-Type': metricsPage.contentType },
    }
  },
})

const explainProblem = route({
  name: 'getProblem',
  method: 'get',
  path: '/problems/{code}',
  summary: 'What the `type` of a problem stands for',
  tag: 'Service',
  access: 'public',
  params: z.object({ code: z.string().meta({ example: 'email_taken' }) }),
  replies: {
    200: {
      description: 'The problem',
      body: z.object({ code: z.string(), status: z.int(), title: z.string() }),
    },
  },
  errors: ['not_found'],
  async handle({ params: { code } }) {
    if (!isProblemCode(code)) {
      throw new HttpProblem({ status: 404, code: 'not_found', detail: 'There is no such problem' })
    }
    return { status: 200, body: { code, status: statusOfProblem[code], title: titleOf(code) } }
  },
})

const isProblemCode = (code: string): code is ProblemCode => Object.hasOwn(statusOfProblem, code)

export const serviceRoutes = [isAlive, isReady, showApiDocument, showMetrics, explainProblem]
