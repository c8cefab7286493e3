import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/** `cut`: the connection breaks before the piece arrives. `cut-answer`: after it has arrived, before the answer to it does. */
type Inspector = (sent: Buffer, client: Socket) => 'pass' | 'cut' | 'cut-answer'

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
  /** Shown each piece that a client sends, and says what becomes of it. */
  inspect(inspector: Inspector): void
  close(): Promise<void>
}

export async function aProxyTo(databaseUrl: string): Promise<DatabaseProxy> {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let inspector: Inspector = () => 'pass'
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
        const verdict = socket === client ? inspector(piece, client) : 'pass'
        if (verdict === 'cut') return void socket.destroy()
        // What is answered next is the answer to this piece, so whatever was asked has been done by then.
        if (verdict === 'cut-answer') other.removeAllListeners('data').once('data', () => socket.destroy())
        other.write(piece)
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
