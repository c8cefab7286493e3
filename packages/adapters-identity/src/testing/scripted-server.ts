import http from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ScriptedServer {
  readonly url: string
  /** The requests so far, as `METHOD /path`. */
  readonly requests: readonly string[]
  /** Stops at once, open connections included. */
  stop(): Promise<void>
}

/** A server on a free port of the loopback interface that answers by the given listener: to hang, break off or talk nonsense. */
export async function startScriptedServer(listener: http.RequestListener): Promise<ScriptedServer> {
  const requests: string[] = []
  const server = http.createServer((request, response) => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''}`)
    listener(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
}
