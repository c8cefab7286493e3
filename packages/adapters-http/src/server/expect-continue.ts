import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { rawProblem, sendRawProblem, type OnRefusal } from './raw-problem.ts'

/**
 * RFC 9110 section 10.1.1: says `100 Continue` only once the app begins to read the body. Whatever is refused before,
 * for want of a sign-in or for its length, costs the client no byte of it.
 */
export function answerExpectations(server: Server, onRefusal: OnRefusal): void {
  server.on('checkContinue', (req: IncomingMessage, res: ServerResponse) => {
    continueWhenRead(req, res)
    server.emit('request', req, res)
  })
  server.on('checkExpectation', (_req: IncomingMessage, res: ServerResponse) => {
    const problem = rawProblem('expectation_failed', 'The only expectation that can be met is 100-continue')
    onRefusal(problem, undefined)
    sendRawProblem(res, problem)
  })
}

function continueWhenRead(req: IncomingMessage, res: ServerResponse): void {
  const onListener = (event: string | symbol): void => {
    if (event !== 'data' && event !== 'readable') return
    req.off('newListener', onListener)
    if (!res.headersSent && !res.destroyed) res.writeContinue()
  }
  req.on('newListener', onListener)
}
