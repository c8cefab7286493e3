import { once } from 'node:events'
import net, { type AddressInfo, type Socket } from 'node:net'

export interface LosingProxy {
  readonly origin: string
  /** The next response breaks off before its first byte; the server has done its work by then. */
  loseNextResponse(): void
  readonly lost: number
  close(): Promise<void>
}

/** Passes requests on whole, and the responses unless they are to be lost. */
export async function losingProxy(port: number): Promise<LosingProxy> {
  const sockets = new Set<Socket>()
  let isLosing = false
  let lost = 0
  const server = net.createServer((client) => {
    const upstream = net.connect(port, '127.0.0.1')
    for (const socket of [client, upstream]) sockets.add(socket)
    const end = tieTogether(client, upstream)
    client.pipe(upstream)
    upstream.on('data', (chunk) => {
      if (!isLosing) {
        client.write(chunk)
        return
      }
      isLosing = false
      lost++
      end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    loseNextResponse: () => {
      isLosing = true
    },
    get lost() {
      return lost
    },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Returns what ends both. */
function tieTogether(...sockets: readonly Socket[]): () => void {
  const end = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  for (const socket of sockets) socket.on('error', end).on('close', end)
  return end
}
