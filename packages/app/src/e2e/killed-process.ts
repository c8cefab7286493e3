import { writeSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { MagicAudioSniffer } from '@audiohost/adapters-media'
import { UuidV7Generator } from '@audiohost/adapters-identity'
import { connectDatabase, postgresRepositories } from '@audiohost/adapters-postgres'
import { DiskAudioContentStore, nodeFileSystem } from '@audiohost/adapters-storage'
import { DeleteAudio, UploadAudio, type Actor, type Audio, type AudioId } from '@audiohost/core'
// That of the worker thread, which reads one content after the other and would wait for the first that is halted.
import { MusicMetadataProbe } from '../../../adapters-media/src/music-metadata-probe.ts'
import { HaltingCalls, pointsOf, type HaltingPoint } from './halting-calls.ts'

/** What the process was told, for who checks what it left. */
export interface LastWords {
  readonly uploadPoints: number
  readonly removalPoints: number
  readonly acknowledged: readonly AudioId[]
  /** That the uploads were made for. */
  readonly requestIds: readonly string[]
  readonly removed: readonly AudioId[]
  /** Their removal was under way. */
  readonly leaving: readonly AudioId[]
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
  const { audio } = postgresRepositories(calls.through(database))
  const incidents = { report: () => undefined }
  const upload = new UploadAudio({
    audio,
    contents,
    incidents,
    probe,
    sniffer: new MagicAudioSniffer(),
    retries: { later: () => undefined },
    clock: { now: () => new Date() },
    ids: new UuidV7Generator(),
    maxUploadBytes: 1e9,
    defaultQuota: { bytes: undefined, files: undefined },
  })
  return { upload, remove: new DeleteAudio({ audio, contents, incidents }) }
}

async function upload(calls: HaltingCalls, requestId?: string): Promise<Audio> {
  const { upload } = await useCasesThrough(calls)
  const content = Readable.from([song.subarray(0, 5000), song.subarray(5000)])
  const madeFor = requestId === undefined ? undefined : { id: requestId, since: new Date(0) }
  return upload.execute({ actor, content, fileName: 'song.mp3', details: async () => ({}), madeFor })
}

async function remove(calls: HaltingCalls, id: AudioId): Promise<void> {
  await (await useCasesThrough(calls)).remove.execute({ actor, id })
}

const acknowledged: AudioId[] = []
const requestIds: string[] = []
const removed: AudioId[] = []
const leaving: AudioId[] = []

async function uploadUpTo(point: HaltingPoint): Promise<void> {
  const calls = new HaltingCalls(point)
  const requestId = `halted ${point.when} ${point.call}`
  requestIds.push(requestId)
  const outcome = await Promise.race([upload(calls, requestId), calls.halted])
  if (outcome !== 'halted') acknowledged.push(outcome.id)
}

async function removeUpTo(point: HaltingPoint): Promise<void> {
  const { id } = await upload(new HaltingCalls())
  const calls = new HaltingCalls(point)
  const outcome = await Promise.race([remove(calls, id).then(() => 'removed' as const), calls.halted])
  ;(outcome === 'removed' ? removed : leaving).push(id)
}

const uploadCalls = new HaltingCalls()
const first = await upload(uploadCalls, 'never halted')
const uploadPoints = pointsOf(uploadCalls)
const removalCalls = new HaltingCalls()
await remove(removalCalls, first.id)
removed.push(first.id)
const removalPoints = pointsOf(removalCalls)
await Promise.all([...uploadPoints.map(uploadUpTo), ...removalPoints.map(removeUpTo)])
acknowledged.push((await upload(new HaltingCalls())).id)

const lastWords: LastWords = {
  uploadPoints: uploadPoints.length,
  removalPoints: removalPoints.length,
  acknowledged,
  requestIds,
  removed,
  leaving,
}
writeSync(1, JSON.stringify(lastWords))
process.kill(process.pid, 'SIGKILL')
