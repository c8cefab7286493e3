import { once } from 'node:events'
import net, { type AddressInfo, type Socket } from 'node:net'

export interface CuttingProxy {
  readonly origin: string
  readonly cuts: number
  close(): Promise<void>
}

/** Passes connections on to one of the ports in turn, and breaks each after as many bytes from the client as `nextCut` says. */
export async function cuttingProxy(ports: readonly number[], nextCut: () => number): Promise<CuttingProxy> {
  const sockets = new Set<Socket>()
  let connections = 0
  let cuts = 0
  const server = net.createServer((client) => {
    const upstream = net.connect(ports[connections++ % ports.length] ?? 0, '127.0.0.1')
    for (const socket of [client, upstream]) sockets.add(socket)
    tieTogether(client, upstream)
    passOn(client, upstream, { bytes: nextCut(), onCut: () => cuts++ })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    get cuts() {
      return cuts
    },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function tieTogether(...sockets: readonly Socket[]): void {
  const end = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  for (const socket of sockets) socket.on('error', end).on('close', end)
}

function passOn(
  client: Socket,
  upstream: Socket,
  { bytes, onCut }: { readonly bytes: number; readonly onCut: () => void },
): void {
  let left = bytes
  client.on('data', (chunk) => {
    const passed = chunk.subarray(0, left)
    left -= passed.length
    if (!upstream.write(passed)) {
      client.pause()
      upstream.once('drain', () => client.resume())
    }
    if (left > 0) return
    onCut()
    // What was passed on is to arrive: it is the connection that breaks.
    upstream.end(() => client.destroy())
  })
  upstream.pipe(client)
}
