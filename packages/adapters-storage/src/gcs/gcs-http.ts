import { once } from 'node:events'
import { request as requestHttp, type IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { addAbortSignal } from 'node:stream'
import { text } from 'node:stream/consumers'
import { GcsFault } from './gcs-fault.ts'

export interface GcsRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly url: string
  readonly headers: Readonly<Record<string, string | number>>
  readonly body?: Uint8Array
  /** A connection on which nothing moves for so long is given up. */
  readonly idleTimeoutMs: number
  /** Gives up the request until the head of its reply is there, and what reads the reply as text. */
  readonly signal: AbortSignal
}

export interface GcsReply {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly text: string
}

/** Resolves with the head of the reply, whatever its status. */
export async function send(sent: GcsRequest): Promise<IncomingMessage> {
  const request = sent.url.startsWith('http:') ? requestHttp : requestHttps
  const outgoing = request(sent.url, {
    method: sent.method,
    headers: sent.headers,
    timeout: sent.idleTimeoutMs,
  })
  outgoing.once('timeout', () => outgoing.destroy(new Error('The storage does not answer')))
  // Once the reply has begun, its own stream tells of faults.
  outgoing.on('error', () => undefined)
  outgoing.end(sent.body)
  try {
    const [response] = (await once(outgoing, 'response', { signal: sent.signal })) as [IncomingMessage]
    outgoing.setTimeout(0)
    return response
  } catch (cause) {
    outgoing.destroy()
    throw new GcsFault(`${sent.method} failed before a reply`, { cause, isTransient: true })
  }
}

export async function sendAndRead(sent: GcsRequest): Promise<GcsReply> {
  const response = await send(sent)
  const { statusCode: status = 0, headers } = response
  return { status, headers, text: await textOf(response, sent) }
}

export async function textOf(
  response: IncomingMessage,
  { idleTimeoutMs, signal }: Pick<GcsRequest, 'idleTimeoutMs' | 'signal'>,
): Promise<string> {
  response.setTimeout(idleTimeoutMs, () => response.destroy(new Error('The reply does not go on')))
  try {
    return await text(addAbortSignal(signal, response))
  } catch (cause) {
    throw new GcsFault('The reply broke off', { cause, isTransient: true })
  }
}

export const refusal = ({ status, headers, text }: GcsReply): GcsFault =>
  new GcsFault(`The storage answered ${status}: ${text.slice(0, 500)}`, {
    status,
    retryAfter: headers['retry-after'],
  })
