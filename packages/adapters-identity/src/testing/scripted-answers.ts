import type { IncomingMessage, ServerResponse } from 'node:http'

export type Answer = (response: ServerResponse, request: IncomingMessage) => unknown

export const answerJson =
  (status: number, body: unknown): Answer =>
  (response) =>
    response
      .writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
      .end(JSON.stringify(body))

export const answerText =
  (status: number, text: string, type = 'application/json'): Answer =>
  (response) =>
    response.writeHead(status, { 'content-type': type }).end(text)

/** A head that promises more than the beginning of a body, then silence. */
export const answerHalf =
  (beginning: string): Answer =>
  (response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': beginning.length + 100 })
    response.write(beginning)
  }

/** A redirect with a body that would do as the answer. */
export const answerRedirect =
  (status: number, location: string, body: unknown): Answer =>
  (response) =>
    response.writeHead(status, { location, 'content-type': 'application/json' }).end(JSON.stringify(body))

/** Blanks for as long as anybody listens. */
export const answerEndlessly: Answer = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' })
  const timer = setInterval(() => response.write(' '), 20)
  response.once('close', () => {
    clearInterval(timer)
  })
}

export const answerLater =
  (milliseconds: number, answer: Answer): Answer =>
  (response, request) =>
    setTimeout(() => answer(response, request), milliseconds)
