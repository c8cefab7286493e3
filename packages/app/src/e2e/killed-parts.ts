import { writeSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { UuidV7Generator } from '@audiohost/adapters-identity'
import { MagicAudioSniffer } from '@audiohost/adapters-media'
import { connectDatabase, postgresRepositories } from '@audiohost/adapters-postgres'
import { DiskAudioContentStore, nodeFileSystem } from '@audiohost/adapters-storage'
import {
  AppendToUpload,
  BeginUpload,
  FairScheduler,
  type Actor,
  type AudioId,
  type Upload,
  type UserId,
} from '@audiohost/core'
// That of the worker thread, which reads one content after the other and would wait for the first that is halted.
import { MusicMetadataProbe } from '../../../adapters-media/src/music-metadata-probe.ts'
import { HaltingCalls, pointsOf, type HaltingPoint } from './halting-calls.ts'

/** What a client was told of its upload before the process was killed. */
export type ToldOfUpload = Pick<Upload, 'id' | 'offsetBytes'> & { readonly audioId?: AudioId }

export interface LastWords {
  readonly points: number
  readonly uploads: readonly ToldOfUpload[]
}

interface Assignment {
  readonly databaseUrl: string
  readonly folder: string
  readonly actor: Actor
}

const { databaseUrl, folder, actor } = JSON.parse(process.argv[2] ?? '') as Assignment
const database = connectDatabase({ address: databaseUrl })
const probe = new MusicMetadataProbe()
const song = await readFile(new URL('../../../adapters-media/samples/spoken/cbr.mp3', import.meta.url))

/** The use cases over the real disk and the real database, by way of these calls. */
async function useCasesThrough(calls: HaltingCalls) {
  const contents = await DiskAudioContentStore.openExisting(folder, calls.through(nodeFileSystem))
  const { audio, uploads, leases } = postgresRepositories(calls.through(database))
  const deps = {
    audio,
    uploads,
    leases,
    contents,
    probe,
    sniffer: new MagicAudioSniffer(),
    incidents: { report: () => undefined },
    retries: { later: () => undefined },
    clock: { now: () => new Date() },
    ids: new UuidV7Generator(),
    joinScheduler: new FairScheduler<UserId>({ slots: 1, maxWaiting: 1, retryAfterSeconds: 1 }),
    maxUploadBytes: 1e9,
    uploadExpirySeconds: 24 * 3600,
    defaultQuota: { bytes: undefined, files: undefined },
  }
  return { begin: new BeginUpload(deps), append: new AppendToUpload(deps) }
}

/** Each step is told as soon as it has been acknowledged. */
async function uploadInParts(calls: HaltingCalls, tell: (upload: Upload) => void): Promise<void> {
  const { begin, append } = await useCasesThrough(calls)
  const { id } = await begin.execute({ actor, lengthBytes: song.length, fileName: 'song.mp3' })
  for (const [from, to] of [
    [0, 4000],
    [4000, 7000],
    [7000, song.length],
  ] as const) {
    const content = Readable.from([song.subarray(from, to)])
    tell(await append.execute({ actor, id, offsetBytes: from, content }))
  }
}

async function upTo(point?: HaltingPoint): Promise<{ calls: HaltingCalls; told: ToldOfUpload[] }> {
  const calls = new HaltingCalls(point)
  let told: Upload | undefined
  const tell = (upload: Upload): void => {
    told = upload
  }
  await Promise.race([uploadInParts(calls, tell), calls.halted])
  if (!told) return { calls, told: [] }
  const { id, offsetBytes, audioId } = told
  return { calls, told: [{ id, offsetBytes, ...(audioId !== undefined && { audioId }) }] }
}

const first = await upTo()
const points = pointsOf(first.calls)
const halted = await Promise.all(points.map(upTo))
const uploads = [first, ...halted].flatMap(({ told }) => told)
const lastWords: LastWords = { points: points.length, uploads }
writeSync(1, JSON.stringify(lastWords))
process.kill(process.pid, 'SIGKILL')
