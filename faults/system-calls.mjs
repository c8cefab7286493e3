import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { run } from '../bench/lib/process.mjs'
import { newSound } from './lib/sound.mjs'

const program = path.join(import.meta.dirname, 'lib/store-once.mjs')
const storage = path.resolve(import.meta.dirname, '../packages/adapters-storage/dist/index.js')
const id = '0190a0b0-c0d0-7000-8000-0000000000ff'
/** Those that change something or answer for it, under the names of several versions of Node and Linux. */
const calls = 'mkdir,mkdirat,openat,write,pwrite64,writev,fsync,fdatasync,link,linkat,unlink,unlinkat,close'
const injections = ['error=EIO', 'error=ENOSPC', 'signal=KILL']

/** Fails or kills a process at each system call by which it stores one content. */
export async function systemCalls({ folder }) {
  const isThere = await run('strace', ['-V']).then(Boolean, () => false)
  if (!isThere) return { skipped: 'strace is not installed: apt install strace' }
  const { DiskAudioContentStore } = await import(pathToFileURL(storage).href)
  const { bytes } = newSound(20_000)
  const source = path.join(folder, 'source')
  writeFileSync(source, bytes)
  const counts = { points: 0, acknowledged: 0, refused: 0, killed: 0, crashed: 0 }
  const failures = []
  for (const point of await pointsOf(folder, source)) {
    for (const injection of injections) {
      const stage = await aStage(folder, DiskAudioContentStore)
      const end = await storeUnder(stage, source, [
        '-e',
        `inject=${point.call}:${injection}:when=${point.number}`,
      ])
      const found = await inspect(DiskAudioContentStore, { stage, end, bytes })
      counts.points++
      for (const [name, count] of Object.entries(found)) counts[name] = (counts[name] ?? 0) + count
      if ((found.crashed ?? 0) + found.lost + found.torn + found.phantom > 0)
        failures.push(`${injection} at ${point.call} ${point.number}: ${JSON.stringify(found)}`)
      rmSync(stage, { recursive: true })
    }
  }
  if (counts.points < 40) failures.push(`only ${counts.points} points were found: the harness is blind`)
  return { figures: counts, failures }
}

async function aStage(folder, Store) {
  const stage = path.join(folder, 'stage')
  mkdirSync(stage)
  await Store.open(stage)
  return stage
}

/** The calls on the store, each with its number among those of its name in its thread, for so strace counts. */
async function pointsOf(folder, source) {
  const { DiskAudioContentStore } = await import(pathToFileURL(storage).href)
  const stage = await aStage(folder, DiskAudioContentStore)
  const { trace } = await storeUnder(stage, source, ['-y'])
  rmSync(stage, { recursive: true })
  const made = new Map()
  const points = []
  for (const line of trace.split('\n')) {
    const [, thread, call] = /^(\d+) +(\w+)\(/.exec(line) ?? []
    if (call === undefined) continue
    const key = `${thread} ${call}`
    made.set(key, (made.get(key) ?? 0) + 1)
    if (line.includes(stage)) points.push({ call, number: made.get(key) })
  }
  return points
}

/** Strace counts from when it is there, so the process waits for it. */
async function storeUnder(stage, source, options) {
  const child = spawn(process.execPath, [program, stage, id, source], {
    // All calls on files in one thread.
    env: { PATH: process.env.PATH, UV_THREADPOOL_SIZE: '1' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  await once(child.stdout, 'data')
  const log = `${stage}.trace`
  const args = ['-f', '-qq', '-o', log, '-e', `trace=${calls}`, ...options, '-p', String(child.pid)]
  const tracer = spawn('strace', args, { stdio: 'inherit' })
  const traced = once(tracer, 'exit')
  await beingTraced(child.pid)
  child.stdin.write('go')
  const [status, signal] = await ended
  await traced
  return { status: status ?? signal, trace: readFileSync(log, 'utf8') }
}

async function beingTraced(pid) {
  const isTraced = (thread) =>
    !/^TracerPid:\t0$/m.test(readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8'))
  while (!readdirSync(`/proc/${pid}/task`).every(isTraced)) await delay(5)
}

const endings = { 0: 'acknowledged', 3: 'refused', SIGKILL: 'killed' }

/** What a fresh process finds. A refused content is gone; one whose process was killed may be there, if it is whole. */
async function inspect(Store, { stage, end, bytes }) {
  const ending = endings[end.status] ?? 'crashed'
  const store = await Store.openExisting(stage)
  const content = await store.open(id)
  const isThere = content !== undefined
  const isWhole = isThere && (await buffer(content)).equals(bytes)
  const partials = await store.removePartial(new Date(Date.now() + 1000), async () => false)
  await store.close()
  return {
    [ending]: 1,
    'left behind for the sweep': partials,
    lost: Number(ending === 'acknowledged' && !isWhole),
    torn: Number(isThere && !isWhole),
    phantom: Number(ending === 'refused' && (isThere || partials > 0)),
  }
}
