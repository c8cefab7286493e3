import { once } from 'node:events'
import net from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

const pauseMs = 100

/** Clients that take a chunk, think, and take the next one, for some seconds; then they leave. */
export async function readSlowly(url, { token, readers, seconds }) {
  const { hostname, port, pathname } = new URL(url)
  const request = `GET ${pathname} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`
  const sockets = await Promise.all(
    Array.from({ length: readers }, async () => {
      const socket = net.connect({ host: hostname, port: Number(port), highWaterMark: 16 * 1024 })
      await once(socket, 'connect')
      socket.write(request)
      return socket
    }),
  )
  for (const socket of sockets) {
    socket.on('data', () => {
      socket.pause()
      setTimeout(() => socket.resume(), pauseMs)
    })
  }
  while (sockets.some(({ bytesRead }) => bytesRead === 0)) await pause(pauseMs)
  await pause(seconds * 1000)
  if (sockets.some(({ closed }) => closed)) throw new Error('A slow reader was cut off')
  for (const socket of sockets) socket.destroy()
}
