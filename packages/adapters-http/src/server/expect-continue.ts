import type { IncomingMessage, Server, ServerResponse } from 'node:http'

const unmet = new WeakSet<IncomingMessage>()

/**
 * RFC 9110 section 10.1.1: says `100 Continue` only once the app begins to read the body. Whatever is refused before,
 * for want of a sign-in or for its length, costs the client no byte of it.
 */
export function answerExpectations(server: Server): void {
  server.on('checkContinue', (req: IncomingMessage, res: ServerResponse) => {
    continueWhenRead(req, res)
    server.emit('request', req, res)
  })
  // Refused when its turn comes, as any other request.
  server.on('checkExpectation', (req: IncomingMessage, res: ServerResponse) => {
    unmet.add(req)
    server.emit('request', req, res)
  })
}

/** It expects something else than `100-continue`. */
export const hasUnmetExpectation = (req: IncomingMessage): boolean => unmet.has(req)

function continueWhenRead(req: IncomingMessage, res: ServerResponse): void {
  const onListener = (event: string | symbol): void => {
    if (event !== 'data' && event !== 'readable') return
    req.off('newListener', onListener)
    if (!res.headersSent && !res.destroyed) res.writeContinue()
  }
  req.on('newListener', onListener)
}
