import { z } from 'zod'
import { HttpProblem, statusOfProblem, titleOf, type ProblemCode } from '../problem.ts'
import { route } from '../route.ts'

const health = z.object({
  status: z.enum(['ok', 'failing']),
  failing: z.array(z.string()).meta({ description: 'The parts that do not work now, by name' }),
})

const healthOf = (failing: readonly string[]): z.output<typeof health> => ({
  status: failing.length === 0 ? 'ok' : 'failing',
  failing: [...failing],
})

const isAlive = route({
  name: 'isAlive',
  method: 'get',
  path: '/livez',
  summary: 'Whether the process runs',
  tag: 'Service',
  access: 'public',
  replies: { 200: { description: 'It runs', body: health } },
  errors: [],
  async handle() {
    return { status: 200, body: healthOf([]) }
  },
})

const isReady = route({
  name: 'isReady',
  method: 'get',
  path: '/readyz',
  summary: 'Whether requests may be sent here',
  description: 'Fails where a part fails that every request needs, and while the process is stopping.',
  tag: 'Service',
  access: 'public',
  replies: {
    200: { description: 'Everything works', body: health },
    503: { description: 'Something does not', body: health, headers: { 'Retry-After': 'Seconds' } },
  },
  errors: [],
  async handle(_, { failingParts }) {
    const failing = await failingParts()
    const body = healthOf(failing)
    return failing.length === 0
      ? { status: 200, body }
      : { status: 503, body, headers: { 'Retry-After': '5' } }
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

const explainProblem = route({
  name: 'getProblem',
  method: 'get',
  path: '/problems/{code}',
  summary: 'What the `type` of a problem stands for',
  tag: 'Service',
  access: 'public',
  params: z.object({ code: z.string() }),
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

export const serviceRoutes = [isAlive, isReady, showApiDocument, explainProblem]
