import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { atEnd } from './clean-up.mjs'
import { freePort } from './free-port.mjs'
import { stop } from './process.mjs'

/** nginx with its own upload by PUT and its static files, with and without sendfile: the yardstick of most ratios. */
export async function startNginx(folder) {
  const [port, portWithoutSendfile] = [await freePort(), await freePort()]
  const files = path.join(folder, 'files')
  mkdirSync(path.join(folder, 'body'), { recursive: true })
  mkdirSync(files)
  const configuration = path.join(folder, 'nginx.conf')
  writeFileSync(configuration, configurationOf({ folder, files, port, portWithoutSendfile }))
  const child = spawn('nginx', ['-p', folder, '-c', configuration], { stdio: 'inherit' })
  atEnd(() => stop(child, 'SIGQUIT'))
  const url = `http://127.0.0.1:${port}`
  await answers(url, child)
  return { url, urlWithoutSendfile: `http://127.0.0.1:${portWithoutSendfile}`, files }
}

// tcp_nopush stays off: on loopback it measures delayed acknowledgements.
const configurationOf = ({ folder, files, port, portWithoutSendfile }) => `
daemon off;
${process.getuid?.() === 0 ? 'user root;' : ''}
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
