import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/** Stands between a client and its database, for tests of what happens when the way to it breaks. */
export interface DatabaseProxy {
  /** The database, by way of the proxy. */
  readonly url: string
  /** Cuts every connection and refuses new ones. */
  goAway(): Promise<void>
  /** Accepts connections again. */
  comeBack(): Promise<void>
  /** Keeps connections open and lets nothing through any more, as where a machine vanishes from the network. */
  fallSilent(): void
  /** Shown each piece that a client sends; a connection whose piece it returns `cut` for is cut before the piece arrives. */
  inspect(inspector: (sent: Buffer, client: Socket) => 'pass' | 'cut'): void
  close(): Promise<void>
}

export async function aProxyTo(databaseUrl: string): Promise<DatabaseProxy> {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let inspector: (sent: Buffer, client: Socket) => 'pass' | 'cut' = () => 'pass'
  let isSilent = false

  const accept = (client: Socket): void => {
    const server = connect(Number(target.port || 5432), target.hostname)
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
      socket.on('data', (piece: Buffer) => {
        if (isSilent) return
        if (socket === client && inspector(piece, client) === 'cut') socket.destroy()
        else other.write(piece)
      })
    }
  }
  let listener = await listen(accept, 0)
  const { port } = listener.address() as AddressInfo
  const goAway = async (): Promise<void> => {
    const closed = listener.listening ? once(listener.close(), 'close') : undefined
    for (const socket of sockets) socket.destroy()
    await closed
  }
  return {
    url: Object.assign(new URL(databaseUrl), { host: `127.0.0.1:${port}` }).href,
    goAway,
    comeBack: async () => {
      listener = await listen(accept, port)
    },
    fallSilent: () => {
      isSilent = true
    },
    inspect: (next) => {
      inspector = next
    },
    close: goAway,
  }
}

async function listen(accept: (client: Socket) => void, port: number): Promise<Server> {
  const server = createServer(accept).listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}
