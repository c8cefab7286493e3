import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { atEnd } from './clean-up.mjs'
import { freePort } from './free-port.mjs'
import { stop } from './process.mjs'

const shipped = path.resolve(import.meta.dirname, '../../deploy/nginx.conf')
const asRoot = process.getuid?.() === 0 ? 'user root;' : ''

/** nginx with its own upload by PUT and its static files, with and without sendfile: the yardstick of most ratios. */
export async function startNginx(folder) {
  const [port, portWithoutSendfile] = [await freePort(), await freePort()]
  const files = path.join(folder, 'files')
  mkdirSync(path.join(folder, 'body'), { recursive: true })
  mkdirSync(files)
  const url = await start(folder, configurationOf({ folder, files, port, portWithoutSendfile }), port)
  return { url, urlWithoutSendfile: `http://127.0.0.1:${portWithoutSendfile}`, files }
}

/** nginx in front of the app, with the configuration that is shipped: its addresses and folders alone are replaced. */
export async function startFront(folder, { app, audioFolder }) {
  const port = await freePort()
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join(' ')
  let text = readFileSync(shipped, 'utf8')
  for (const [theirs, ours] of [
    ['user audiohost;', asRoot],
    ['worker_processes auto;', 'worker_processes 1; daemon off;'],
    ['pid /run/nginx.pid;', `pid ${folder}/nginx.pid;`],
    ['http {', `http { keepalive_requests 1000000; ${temporary}`],
    ['server 127.0.0.1:8000;', `server ${new URL(app.url).host};`],
    ['listen 80;', `listen 127.0.0.1:${port};`],
    ['alias /var/lib/audiohost/audio/;', `alias ${audioFolder}/;`],
  ]) {
    if (!text.includes(theirs)) throw new Error(`deploy/nginx.conf has no ${theirs}`)
    text = text.replace(theirs, ours)
  }
  return { url: await start(folder, text, port) }
}

async function start(folder, configuration, port) {
  const file = path.join(folder, 'nginx.conf')
  writeFileSync(file, configuration)
  const child = spawn('nginx', ['-p', folder, '-c', file], { stdio: 'inherit' })
  atEnd(() => stop(child, 'SIGQUIT'))
  const url = `http://127.0.0.1:${port}`
  await answers(url, child)
  return url
}

// tcp_nopush stays off: on loopback it measures delayed acknowledgements.
const configurationOf = ({ folder, files, port, portWithoutSendfile }) => `
daemon off;
${asRoot}
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events { worker_connections 2048; }
http {
  access_log off;
  client_max_body_size 0;
  client_body_temp_path ${folder}/body;
  keepalive_requests 1000000;
  server {
    listen 127.0.0.1:${port};
    root ${files};
    sendfile on;
    location / { dav_methods PUT DELETE; }
  }
  server {
    listen 127.0.0.1:${portWithoutSendfile};
    root ${files};
    sendfile off;
  }
}
`

async function answers(url, child) {
  for (let tries = 0; tries < 100; tries++) {
    if (child.exitCode !== null)
      throw new Error('nginx ended: is its DAV module there (apt install nginx-light)?')
    const reply = await fetch(url).catch(() => undefined)
    if (reply) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('nginx does not answer')
}
