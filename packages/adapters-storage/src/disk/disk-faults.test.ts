import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { StorageFull, StorageUnavailable } from '@audiohost/core'
import { expect } from 'chai'
import { anAudioId, bytesOf, idsIn, nobodyWrites, rejectionOf, sourceOf } from '../testing/content.ts'
import { FaultyDisk, systemError, type ErrorCode } from '../testing/faulty-disk.ts'
import { aTemporaryFolder, filesBelow } from '../testing/temporary-folder.ts'
import { DiskAudioContentStore } from './disk-audio-content-store.ts'
import { nodeFileSystem } from './disk-file-system.ts'
import { placeOf } from './disk-layout.ts'

const classes = {
  ENOSPC: StorageFull,
  EDQUOT: StorageFull,
  EIO: StorageUnavailable,
  EMFILE: StorageUnavailable,
} as const satisfies Partial<Record<ErrorCode, new () => Error>>

type Code = keyof typeof classes

const codesOf = {
  'instead of being done': ['ENOSPC', 'EDQUOT', 'EIO', 'EMFILE'],
  'although it was done': ['ENOSPC', 'EIO'],
  'and so does every call after it': ['ENOSPC', 'EIO'],
} as const satisfies Record<string, readonly Code[]>

type Mode = keyof typeof codesOf

interface Fault {
  readonly code: Code
  readonly mode: Mode
  /** Of the call, counted from 0. */
  readonly index: number
}

const kept = anAudioId(1)
const other = anAudioId(2)
const keptBytes = Buffer.from('acknowledged before')
const otherBytes = Buffer.from('one, two')
const future = () => new Date(Date.now() + 1000)

interface Stage {
  readonly folder: string
  readonly disk: FaultyDisk
  readonly store: DiskAudioContentStore
}

interface Operation {
  /** What the disk has to do before, and is not failed in. */
  readonly prepare?: (stage: Stage) => Promise<void>
  readonly run: (stage: Stage) => Promise<unknown>
  /** What a run that succeeds returns, whatever failed on the way. */
  readonly returns?: unknown
  /** Whether the other content is there once it has succeeded. */
  readonly leavesOther?: boolean
}

const writeOther = async ({ store }: Stage) => store.write(other, sourceOf('one', ', two'))

async function plantPartial({ folder }: Stage): Promise<void> {
  const partial = `${placeOf(folder, kept).path}.0123456789abcdef.partial`
  await writeFile(partial, 'half')
  await utimes(partial, 1000, 1000)
}

async function readThroughHandle({ store }: Stage): Promise<string> {
  const handle = await store.acquire(kept)
  if (!handle) throw new Error('There is no content')
  try {
    const into = Buffer.alloc(handle.sizeBytes)
    await handle.read(into, 0)
    return into.toString()
  } finally {
    handle.release()
    await store.close()
  }
}

const newStore = 'new'

/** What an earlier attempt left is cleared by the next one that succeeds, and its sweep. */
async function makeAnother({ folder, disk }: Stage): Promise<void> {
  const root = join(folder, newStore, 'audio')
  const store = await DiskAudioContentStore.open(root, disk)
  await store.removePartial(future(), nobodyWrites)
  expect(await filesBelow(root)).to.deep.equal([])
}

const operations: Readonly<Record<string, Operation>> = {
  'making the store': { run: makeAnother },
  'opening the store': { run: async ({ folder, disk }) => DiskAudioContentStore.openExisting(folder, disk) },
  'a write': { run: writeOther, leavesOther: true },
  'a write where there are no links': {
    prepare: async ({ disk }) => {
      disk.knowsLinks = false
    },
    run: writeOther,
    leavesOther: true,
  },
  'a stream': {
    run: async ({ store }) => {
      const content = await store.open(kept)
      return content && (await buffer(content)).toString()
    },
    returns: keptBytes.toString(),
  },
  'a handle': { run: readThroughHandle, returns: keptBytes.toString() },
  'the size': {
    run: async ({ store }) => (await store.stat(kept))?.sizeBytes,
    returns: keptBytes.length,
  },
  'a removal': { prepare: writeOther, run: async ({ store }) => store.remove(other), leavesOther: false },
  'a list': { run: async ({ store }) => idsIn(store), returns: [kept] },
  'removing partial files': {
    prepare: plantPartial,
    run: async ({ store }) => store.removePartial(new Date(2000_000), nobodyWrites),
    returns: 1,
  },
  'the check': { run: async ({ store }) => store.check() },
}

async function aStage(): Promise<Stage> {
  const folder = await mkdtemp(join(parent, 'stage-'))
  const disk = new FaultyDisk()
  disk.waitsForTheMedium = false
  const store = await DiskAudioContentStore.open(folder, disk)
  await store.write(kept, sourceOf(keptBytes))
  return { folder, disk, store }
}

let parent: string

/** As after a restart, so that nothing is known of the folders. */
async function afresh({ folder, disk }: Stage, { prepare }: Operation): Promise<Stage> {
  disk.knowsLinks = true
  const stage = { folder, disk, store: await DiskAudioContentStore.openExisting(folder, disk) }
  await prepare?.(stage)
  disk.calls.length = 0
  return stage
}

function failAt(disk: FaultyDisk, { code, index, mode }: Fault): void {
  disk.isDoneAllTheSame = mode === 'although it was done'
  disk.failure = (_call, number) => {
    const fails = mode === 'and so does every call after it' ? number > index : number === index + 1
    return fails ? systemError(code) : undefined
  }
}

async function expectHonest(base: Stage, operation: Operation, fault: Fault): Promise<void> {
  const stage = await afresh(base, operation)
  const { disk, store } = stage
  failAt(disk, fault)
  const outcome = await operation.run(stage).then(
    (returned) => ({ returned }),
    (error: unknown) => ({ error }),
  )
  disk.failure = () => undefined
  await store.close()
  expect(disk.openHandles).to.equal(0)

  const survivor = (await bytesOf(store, other))?.toString()
  if ('error' in outcome) {
    expect(outcome.error).to.be.instanceOf(classes[fault.code])
    expect(survivor).to.be.oneOf([undefined, otherBytes.toString()])
    if (operation.leavesOther && fault.mode === 'instead of being done')
      expect(await filesBelow(stage.folder)).to.deep.equal([kept])
  } else {
    if ('returns' in operation) expect(outcome.returned).to.deep.equal(operation.returns)
    expect(survivor).to.equal(operation.leavesOther ? otherBytes.toString() : undefined)
  }
  await expectGoesOn(stage, operation)
}

async function expectGoesOn(stage: Stage, { run }: Pick<Operation, 'run'>): Promise<void> {
  const { folder, disk, store } = stage
  await store.check()
  await store.remove(other)
  await run(stage)
  await store.remove(other)
  await store.removePartial(future(), nobodyWrites)
  expect(await idsIn(store)).to.deep.equal([kept])
  await rm(join(folder, newStore), { recursive: true, force: true })
  expect(await filesBelow(folder)).to.deep.equal([kept])
  await writeOther(stage)
  expect((await bytesOf(store, other))?.toString()).to.equal(otherBytes.toString())
  expect(await readThroughHandle(stage)).to.equal(keptBytes.toString())
  expect(disk.openHandles).to.equal(0)
  await rm(dirname(placeOf(folder, other).folder), { recursive: true })
}

describe('A disk that fails at whichever call', () => {
  const swept = new Set<string>()
  let points = 0

  before(async () => {
    parent = await aTemporaryFolder()
  })

  async function sweep(operation: Operation, mode: Mode): Promise<void> {
    const base = await aStage()
    await operation.run(await afresh(base, operation))
    const calls = [...base.disk.calls]
    await expectGoesOn(base, operation)
    for (const [index, call] of calls.entries()) {
      swept.add(call.split(' ')[0] ?? '')
      for (const code of codesOf[mode]) {
        await expectHonest(base, operation, { index, code, mode }).catch((error: unknown) => {
          throw new Error(`${code} at call ${index + 1}, ${call}`, { cause: error })
        })
        points++
      }
    }
  }

  for (const [name, operation] of Object.entries(operations)) {
    for (const mode of Object.keys(codesOf) as Mode[]) {
      it(`in ${name}, ${mode}, loses nothing, shows nothing torn and goes on`, () => sweep(operation, mode))
    }
  }

  it('in the early sync of a long write, leaves nothing and goes on', async () => {
    const long = Array.from({ length: 18 }, () => Buffer.alloc(1024 * 1024))
    for (const [code, Class] of Object.entries<new () => Error>(classes)) {
      const stage = await aStage()
      stage.disk.failure = (call) => (call === 'datasync partial' ? systemError(code as Code) : undefined)
      stage.disk.calls.length = 0
      await rejectionOf(stage.store.write(other, sourceOf(...long)), Class)
      swept.add('datasync')
      points++
      expect(stage.disk.calls).to.not.include('sync partial')
      stage.disk.failure = () => undefined
      expect(await filesBelow(stage.folder)).to.deep.equal([kept])
      await expectGoesOn(stage, { run: writeOther })
    }
  })

  it('has been failed at every call that the store can make', () => {
    const ofFiles = ['read', 'write', 'readFile', 'sync', 'datasync', 'stat', 'close']
    expect([...swept].sort()).to.deep.equal([...Object.keys(nodeFileSystem), ...ofFiles].sort())
    expect(points).to.be.greaterThan(700)
  })
})
