import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import { expect } from 'chai'
import type { CollectingService } from './testing/collecting-process.ts'

const atOnce = 16

/**
 * What outlives two young collections is copied twice and stays until a full one: for whole exchanges, a third of all that a
 * small request costs. Small causes do that: the value of a weak map, a table that a set outgrew, a getter in an object literal.
 */
describe('a request that has been answered', () => {
  let child: ChildProcess
  let service: CollectingService
  let agent: http.Agent

  before(async () => {
    const script = new URL('testing/collecting-process.ts', import.meta.url).pathname
    child = fork(script, { execArgv: ['--import=tsx', '--conditions=@audiohost/source'] })
    ;[service] = (await once(child, 'message')) as [CollectingService]
    agent = new http.Agent({ keepAlive: true, maxSockets: atOnce })
  })
  after(() => {
    agent.destroy()
    child.disconnect()
  })

  async function ask(path: string, headers: http.OutgoingHttpHeaders): Promise<void> {
    const request = http.get(service.origin + path, {
      agent,
      headers: { ...headers, Cookie: service.cookie },
    })
    const [reply] = (await once(request, 'response')) as [http.IncomingMessage]
    expect(reply.statusCode).to.be.oneOf([200, 206])
    reply.resume()
    await once(reply, 'end')
  }

  async function askAll(requests: number, ...question: Parameters<typeof ask>): Promise<void> {
    for (let asked = 0; asked < requests; asked += atOnce)
      await Promise.all(Array.from({ length: atOnce }, () => ask(...question)))
  }

  async function oldBytes(question: 'with garbage' | 'without garbage'): Promise<number> {
    const answer = once(child, 'message')
    child.send(question)
    const [bytes] = (await answer) as [number]
    return bytes
  }

  const questions: Record<string, () => Parameters<typeof ask>> = {
    'who asks': () => ['/v1/auth/me', {}],
    'a list': () => ['/v1/audio/', {}],
    'a part of a file': () => [service.content, { Range: 'bytes=1-5' }],
  }
  for (const [name, question] of Object.entries(questions)) {
    it(`is forgotten by the next young collections: ${name}`, async () => {
      // Compiles, and fills what remembers.
      await askAll(1000, ...question())
      const before = await oldBytes('without garbage')
      await askAll(1000, ...question())
      const grownBytes = ((await oldBytes('with garbage')) - before) / 1000
      expect(grownBytes).to.be.below(1500)
    })
  }
})
