import { copyFile, mkdir, mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { aDatabase, type TestDatabase } from '@audiohost/adapters-postgres/testing'
import { expect } from 'chai'
import { AppProcess } from './app-process.ts'
import type { Browser } from './browser.ts'
import { readSample, startTestServer, testSecret, type TestServer } from './test-server.ts'

/** A server at work, somebody who has audio there, and the command line beside it. */
export class OperatedServer {
  readonly database: TestDatabase
  readonly server: TestServer
  readonly ada: Browser
  readonly song: Buffer
  /** A folder without a `.env`, in which commands run. */
  readonly folder: string

  private constructor(parts: Pick<OperatedServer, 'database' | 'server' | 'ada' | 'song' | 'folder'>) {
    this.database = parts.database
    this.server = parts.server
    this.ada = parts.ada
    this.song = parts.song
    this.folder = parts.folder
  }

  /** Its first sweep is over: the next one is in an hour. */
  static async start(): Promise<OperatedServer> {
    const database = await aDatabase()
    // A week old, for the leftovers of older databases are kept.
    await database.database.run((knex) =>
      knex.raw("update schema_migrations set migration_time = migration_time - interval '7 days'"),
    )
    const server = await startTestServer({ DATABASE_URL: database.url })
    const ada = await server.signedIn('ada')
    const song = await readSample('spoken/cbr.mp3')
    const folder = await mkdtemp(path.join(tmpdir(), 'audiohost-operated-'))
    while (!server.logged.some((line) => line.includes('"swept"'))) await delay(100)
    return new OperatedServer({ database, server, ada, song, folder })
  }

  async close(): Promise<void> {
    await this.server.close()
    await this.database.drop()
    await rm(this.folder, { recursive: true })
  }

  command(args: readonly string[], variables: Readonly<Record<string, string>> = {}): AppProcess {
    const database = { DATABASE_URL: this.database.url, DATA_DIR: this.server.dataFolder }
    return new AppProcess({
      args,
      cwd: this.folder,
      variables: { ...database, INTERNAL_SECRET: testSecret, ...variables },
    })
  }

  /** The report of a command that ends with this code. */
  async report<T>(
    args: readonly string[],
    code: number,
    variables: Readonly<Record<string, string>> = {},
  ): Promise<T> {
    const app = this.command([...args, '--json'], variables)
    expect(await app.ends(), app.output).to.equal(code)
    return JSON.parse(app.report) as T
  }

  async upload(browser = this.ada): Promise<string> {
    const reply = await browser.upload(this.song, 'song.mp3')
    expect(reply.status, await reply.clone().text()).to.equal(201)
    return ((await reply.json()) as { id: string }).id
  }

  async status(id: string): Promise<unknown> {
    const reply = await this.ada.fetch(`/v1/audio/file/${id}/metadata`)
    return ((await reply.json()) as { status: unknown }).status
  }

  /** `whole`, `other bytes` or the code of the refusal. */
  async play(id: string, browser = this.ada): Promise<string> {
    const reply = await browser.fetch(`/v1/audio/file/${id}`)
    if (reply.ok) return Buffer.from(await reply.arrayBuffer()).equals(this.song) ? 'whole' : 'other bytes'
    return ((await reply.json()) as { code: string }).code
  }

  fileOf(id: string): string {
    return path.join(this.server.dataFolder, 'audio', id.slice(-2), id.slice(-4, -2), id)
  }

  /** Puts a file into the store, where a content of this id belongs. */
  async plant(id: string, suffix: string, writtenAt: Date): Promise<string> {
    const file = `${this.fileOf(id)}${suffix}`
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, this.song)
    await utimes(file, writtenAt, writtenAt)
    return file
  }

  async backUp(id: string): Promise<void> {
    await copyFile(this.fileOf(id), path.join(this.folder, id))
  }

  async restore(id: string): Promise<void> {
    await rm(this.fileOf(id), { force: true })
    await copyFile(path.join(this.folder, id), this.fileOf(id))
  }

  async sql(text: string, values: readonly string[] = []): Promise<void> {
    await this.database.database.run((knex) => knex.raw(text, [...values]))
  }

  idsWhere(condition: string): Promise<readonly string[]> {
    return this.database.database.run((knex) => knex('audio').whereRaw(condition).pluck<string[]>('id'))
  }
}

export const twoDaysAgo = new Date(Date.now() - 48 * 3600 * 1000)

export const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  )

export async function flipBit(file: string): Promise<void> {
  const bytes = await readFile(file)
  const middle = bytes.length >> 1
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 4, middle)
  await writeFile(file, bytes)
}

/** A hundred clients that upload and delete until they are stopped; resolves then with what is to be there, and whose it is. */
export async function workload(on: OperatedServer): Promise<() => Promise<ReadonlyMap<string, Browser>>> {
  const kept = new Map<string, Browser>()
  const state = { stopped: false }
  const users = await Promise.all([1, 2, 3, 4].map((count) => on.server.signedIn(`user${count}`)))
  const client = async (number: number): Promise<void> => {
    const browser = users[number % users.length] ?? on.ada
    for (let count = 0; !state.stopped; count++) {
      const id = await on.upload(browser)
      if ((count + number) % 3 === 0) kept.set(id, browser)
      else expect((await browser.fetch(`/v1/audio/file/${id}`, { method: 'DELETE' })).status).to.equal(204)
    }
  }
  const clients = Promise.all(Array.from({ length: 100 }, (_, number) => client(number)))
  clients.catch(() => undefined)
  return async () => {
    state.stopped = true
    await clients
    return kept
  }
}
