import { once } from 'node:events'
import net from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

const pauseMs = 100
const bytesAtOnce = 16 * 1024

/** Clients that take 16 KiB, think for a tenth of a second, and take the next, for some seconds; then they leave. */
export async function readSlowly(url, { token, readers, seconds }) {
  const { hostname, port, pathname } = new URL(url)
  const request = `GET ${pathname} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`
  const sockets = await Promise.all(
    Array.from({ length: readers }, async () => {
      const socket = net.connect({ host: hostname, port: Number(port), onread: slowly(() => socket) })
      await once(socket, 'connect')
      socket.write(request)
      return socket
    }),
  )
  while (sockets.some(({ bytesRead }) => bytesRead === 0)) await pause(pauseMs)
  await pause(seconds * 1000)
  if (sockets.some(({ closed }) => closed)) throw new Error('A slow reader was cut off')
  for (const socket of sockets) socket.destroy()
}

/** What bounds a read of the system: a stream's `highWaterMark` does not. */
const slowly = (socketOf) => ({
  buffer: Buffer.alloc(bytesAtOnce),
  callback: () => {
    setTimeout(() => socketOf().resume(), pauseMs)
    return false
  },
})
