// What one writes in an afternoon, with the libraries of the product: the token is verified at each request, and each
// range is a stream of its own. Started as a process: `node naive-server.mjs PORT FILE`; prints a token, then serves.
import { createReadStream, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const packages = path.resolve(import.meta.dirname, '../../packages')
const libraryOf = (folder, name) =>
  import(pathToFileURL(createRequire(path.join(packages, folder, 'package.json')).resolve(name)).href)
const { default: Koa } = await libraryOf('adapters-http', 'koa')
const { SignJWT, jwtVerify } = await libraryOf('adapters-identity', 'jose')

const [port, file] = process.argv.slice(2)
const key = new TextEncoder().encode('x1Zt3vN1xKc5RyW7uJp2LmB9sDf4HgT6aEoViYkXnQw')
const app = new Koa()
app.use(async (ctx) => {
  await jwtVerify(ctx.get('Authorization').slice('Bearer '.length), key)
  const { size } = statSync(file)
  const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(ctx.get('Range')).map(Number)
  ctx.status = 206
  ctx.type = 'audio/wav'
  ctx.set('Content-Range', `bytes ${start}-${end}/${size}`)
  ctx.length = end - start + 1
  ctx.body = createReadStream(file, { start, end })
})
// Clients that stop in the middle of a reply.
app.silent = true
const token = await new SignJWT({ sub: 'bench' })
  .setProtectedHeader({ alg: 'HS256' })
  .setExpirationTime('1h')
  .sign(key)
app.listen(Number(port), '127.0.0.1', () => process.stdout.write(`${token}\n`))
