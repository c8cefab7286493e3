import { basename } from 'node:path'
import { constants } from 'node:os'
import { nodeFileSystem, type DiskFile, type DiskFileSystem } from '../disk/disk-file-system.ts'

export type ErrorCode = keyof typeof constants.errno

/** What the operating system throws. */
export const systemError = (code: ErrorCode): NodeJS.ErrnoException =>
  Object.assign(new Error(`${code}: injected`), { errno: -constants.errno[code], code, syscall: 'injected' })

/** The real file system, which records each call, as 'sync partial' or 'mkdir folder', and fails those it is told to. */
export class FaultyDisk implements DiskFileSystem {
  readonly calls: string[] = []
  /** How many handles are open. */
  openHandles = 0
  /** Decides by the call and its number, counted from 1, whether it fails. */
  failure: (call: string, number: number) => Error | undefined = () => undefined
  /** Whether a call that fails has been done all the same, as where only the answer of a network disk gets lost. */
  isDoneAllTheSame = false
  /** exFAT and SMB know none. */
  knowsLinks = true
  /** For tests of thousands of writes. */
  waitsForTheMedium = true

  async open(path: string, flags: number): Promise<DiskFile> {
    const file = await this.#call(
      `open ${kindOf(path)}`,
      () => nodeFileSystem.open(path, flags),
      (unseen) => unseen.close(),
    )
    this.openHandles++
    const call = <T>(name: string, run: () => Promise<T>) => this.#call(`${name} ${kindOf(path)}`, run)
    return {
      read: (...range) => call('read', () => file.read(...range)),
      writeFile: (data) => call('write', () => file.writeFile(data)),
      readFile: (encoding) => call('readFile', () => file.readFile(encoding)),
      sync: () => call('sync', async () => (this.waitsForTheMedium ? file.sync() : undefined)),
      datasync: () => call('datasync', async () => (this.waitsForTheMedium ? file.datasync() : undefined)),
      stat: () => call('stat', () => file.stat()),
      close: async () => {
        // Linux frees the descriptor whatever close(2) answers.
        await file.close()
        this.openHandles--
        await call('close', async () => undefined)
      },
    }
  }

  link = (from: string, to: string) =>
    this.#call(`link ${kindOf(to)}`, async () => {
      if (!this.knowsLinks) throw systemError('EPERM')
      await nodeFileSystem.link(from, to)
    })
  rename = (from: string, to: string) =>
    this.#call(`rename ${kindOf(to)}`, () => nodeFileSystem.rename(from, to))
  unlink = (path: string) => this.#call(`unlink ${kindOf(path)}`, () => nodeFileSystem.unlink(path))
  mkdir = (path: string) => this.#call(`mkdir ${kindOf(path)}`, () => nodeFileSystem.mkdir(path))
  mkdirs = (path: string) => this.#call(`mkdirs ${kindOf(path)}`, () => nodeFileSystem.mkdirs(path))
  lstat = (path: string) => this.#call(`lstat ${kindOf(path)}`, () => nodeFileSystem.lstat(path))
  readdir = (path: string) => this.#call(`readdir ${kindOf(path)}`, () => nodeFileSystem.readdir(path))
  realpath = (path: string) => this.#call(`realpath ${kindOf(path)}`, () => nodeFileSystem.realpath(path))

  async #call<T>(
    call: string,
    run: () => Promise<T>,
    undo: (result: T) => Promise<void> = async () => undefined,
  ): Promise<T> {
    this.calls.push(call)
    const failure = this.failure(call, this.calls.length)
    if (!failure) return run()
    if (this.isDoneAllTheSame) await undo(await run())
    throw failure
  }
}

function kindOf(path: string): string {
  if (path.endsWith('.partial')) return 'partial'
  if (path.endsWith('.audiohost-store')) return 'marker'
  if (/\/[0-9a-f]{2}\/[0-9a-f]{2}$/.test(path)) return 'inner'
  if (/\/[0-9a-f]{2}$/.test(path)) return 'outer'
  return basename(path).length === 36 ? 'content' : 'root'
}
