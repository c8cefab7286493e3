import { once } from 'node:events'
import { request as requestHttp, type IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { text } from 'node:stream/consumers'
import { GcsFault } from './gcs-fault.ts'

export interface GcsRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly url: string
  readonly headers: Readonly<Record<string, string | number>>
  readonly body?: Uint8Array
  /** A connection on which nothing moves for so long is given up. */
  readonly idleTimeoutMs: number
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
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
    outgoing.setTimeout(0)
    return response
  } catch (cause) {
    throw new GcsFault(`${sent.method} failed before a reply`, { cause, isTransient: true })
  }
}

export async function sendAndRead(sent: GcsRequest): Promise<GcsReply> {
  const response = await send(sent)
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text: await textOf(response, sent.idleTimeoutMs),
  }
}

export async function textOf(response: IncomingMessage, idleTimeoutMs: number): Promise<string> {
  response.setTimeout(idleTimeoutMs, () => response.destroy(new Error('The reply does not go on')))
  try {
    return await text(response)
  } catch (cause) {
    throw new GcsFault('The reply broke off', { cause, isTransient: true })
  }
}

export const refusal = (status: number, reason: string): GcsFault =>
  new GcsFault(`The storage answered ${status}: ${reason.slice(0, 500)}`, { status })
