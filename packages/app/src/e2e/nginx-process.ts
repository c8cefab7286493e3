import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'

const shipped = new URL('../../../../deploy/nginx.conf', import.meta.url)

export const hasNginx = spawnSync('nginx', ['-v']).status === 0

export interface NginxProcess {
  readonly origin: string
  close(): Promise<void>
}

export interface NginxOptions {
  readonly appOrigin: string
  readonly audioFolder: string
  /** Keeps what it is allowed to keep, and says in `X-Cache-Status` what came out of its cache. */
  readonly isCaching?: boolean
  /** Instead of the limit that we ship. */
  readonly requestsPerAddress?: number
  /** Serves the app below this path only, and strips it from what it passes on or not. */
  readonly below?: { readonly path: string; readonly isStripped: boolean }
}

/** The real nginx with the configuration that we ship, whose addresses and folders alone are replaced. */
export async function startNginx(options: NginxOptions): Promise<NginxProcess> {
  const folder = await mkdtemp(path.join(tmpdir(), 'audiohost-nginx-'))
  const port = await freePort()
  const configuration = path.join(folder, 'nginx.conf')
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  )
  await writeFile(configuration, await shippedWith(replacementsFor({ folder, port, places }, options)))
  const child = spawn('nginx', ['-p', folder, '-c', configuration], { stdio: ['ignore', 'ignore', 'pipe'] })
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const origin = `http://localhost:${port}`
  for (;;) {
    if (child.exitCode !== null) throw new Error(`nginx ended: ${errors}`)
    if (await fetch(`${origin}/livez`).catch(() => undefined)) break
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return {
    origin,
    close: async () => {
      child.kill('SIGQUIT')
      if (child.exitCode === null) await once(child, 'close')
      await rm(folder, { recursive: true })
    },
  }
}

type Replacement = readonly [ours: string, theirs: string]

/** Careless, as caches in front are: whatever does not forbid it is kept for ten minutes. */
const cachingIn = (folder: string): readonly Replacement[] => [
  ['upstream audiohost', `proxy_cache_path ${folder}/cache keys_zone=replies:1m; upstream audiohost`],
  [
    'proxy_buffering off;',
    'proxy_cache replies; proxy_cache_valid any 10m; add_header X-Cache-Status $upstream_cache_status;',
  ],
]

/** With a URI in `proxy_pass` nginx replaces what `location` matched. */
const servingBelow = ({
  path,
  isStripped,
}: {
  path: string
  isStripped: boolean
}): readonly Replacement[] => [
  ['location / {', `location "${path}/" {`],
  ['proxy_pass http://audiohost;', `proxy_pass http://audiohost${isStripped ? '/' : ''};`],
]

async function shippedWith(replacements: readonly Replacement[]): Promise<string> {
  let text = await readFile(shipped, 'utf8')
  for (const [ours, theirs] of replacements) {
    if (!text.includes(ours)) throw new Error(`deploy/nginx.conf has no ${ours}`)
    text = text.replace(ours, theirs)
  }
  return text
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

interface Places {
  readonly folder: string
  readonly port: number
  readonly places: readonly string[]
}

function replacementsFor(
  { folder, port, places }: Places,
  { isCaching = false, below, requestsPerAddress = 256, ...to }: NginxOptions,
): Replacement[] {
  return [
    ['user audiohost;', process.getuid?.() === 0 ? 'user root;' : ''],
    ['worker_processes auto;', 'worker_processes 1; daemon off;'],
    ['pid /run/nginx.pid;', `pid ${folder}/nginx.pid;`],
    ['http {', `http { ${places.join(' ')}`],
    ['server 127.0.0.1:8000;', `server 127.0.0.1:${new URL(to.appOrigin).port};`],
    ['limit_conn per_address 256;', `limit_conn per_address ${requestsPerAddress};`],
    ['listen 80;', `listen 127.0.0.1:${port};`],
    ['alias /var/lib/audiohost/audio/;', `alias ${to.audioFolder}/;`],
    ...(isCaching ? cachingIn(folder) : []),
    ...(below ? servingBelow(below) : []),
  ]
}
