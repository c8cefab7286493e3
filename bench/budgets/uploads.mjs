import { existsSync, rmSync } from 'node:fs'
import path from 'node:path'
import { atEnd } from '../lib/clean-up.mjs'
import { interleave, megabytesPerSecond } from '../lib/interleave.mjs'
import { peakDuring } from '../lib/memory.mjs'
import { ratioRow, row } from '../lib/rows.mjs'
import { writeWav } from '../lib/sound.mjs'
import { beginUpload, giveUpUpload, patchChunk, postForm, postRaw, putToNginx } from '../lib/upload.mjs'

const MB = 1_000_000
const MiB = 1024 ** 2
// In memory, so that reading the source costs neither side anything.
const sourceFolder = existsSync('/dev/shm') ? '/dev/shm' : '/tmp'

function sourceOf(name, sizeBytes) {
  const file = path.join(sourceFolder, `audiohost-bench-${process.pid}-${name}.wav`)
  const remove = () => rmSync(file, { force: true })
  atEnd(remove)
  writeWav(file, sizeBytes)
  return { file, sizeBytes, remove }
}

/** P6: uploads with sha256 and fsync, beside nginx's PUT, which does neither. */
export async function multipartUploads({ app, token, nginx, quick }) {
  const rows = []
  const us = { ...app, token }
  for (const [label, sizeBytes, parallel, rounds] of quick ? [['50 MB', 50 * MB, 1, 3]] : p6Cases) {
    const source = sourceOf('p6', sizeBytes)
    const all = (upload) => () =>
      megabytesPerSecond(sizeBytes * parallel, () =>
        Promise.all(Array.from({ length: parallel }, (_, index) => upload(index))),
      )
    const figures = await interleave(
      {
        nginx: all((index) => putToNginx(nginx, source.file, `put-${index}`)),
        multipart: all(() => postForm(us, source.file)),
        raw: all(() => postRaw(us, source.file)),
      },
      rounds,
    )
    source.remove()
    const { multipart, raw, nginx: beside } = figures
    const shared = { id: 'P6', beside, unit: 'MB/s', goal: 0.35 }
    rows.push(
      ratioRow({ ...shared, what: `multipart upload, ${label}, of nginx's PUT`, ours: multipart }),
      ratioRow({ ...shared, what: `raw upload, ${label}, of nginx's PUT`, ours: raw }),
    )
  }
  return rows
}

const p6Cases = [
  ['10 MB', 10 * MB, 1, 9],
  ['200 MB', 200 * MB, 1, 7],
  ['4 x 200 MB at once', 200 * MB, 4, 3],
]

/** P7: one chunk of a resumable upload, hashed and stored for good, beside nginx's PUT of as many bytes. */
export async function resumableChunks({ app, token, nginx, quick }) {
  const rows = []
  const us = { ...app, token }
  for (const [label, sizeBytes, rounds] of quick ? [['32 MiB', 32 * MiB, 3]] : p7Cases) {
    const source = sourceOf('p7', sizeBytes)
    const upload = await beginUpload(us, sizeBytes * (rounds + 2))
    let offset = 0
    const chunk = async () => {
      await patchChunk(us, upload, { file: source.file, offset })
      offset += sizeBytes
    }
    const figures = await interleave(
      {
        nginx: () => megabytesPerSecond(sizeBytes, () => putToNginx(nginx, source.file)),
        chunk: () => megabytesPerSecond(sizeBytes, chunk),
      },
      rounds,
    )
    await giveUpUpload(us, upload)
    source.remove()
    rows.push(
      ratioRow({
        id: 'P7',
        what: `resumable chunk, ${label}, of nginx's PUT`,
        ours: figures.chunk,
        beside: figures.nginx,
        unit: 'MB/s',
        goal: 0.45,
      }),
    )
  }
  return rows
}

const p7Cases = [
  ['8 MiB', 8 * MiB, 11],
  ['64 MiB', 64 * MiB, 9],
  ['256 MiB', 256 * MiB, 5],
]

/** P6: memory must not grow with the size of the file. */
export async function uploadMemory({ startApp, token, quick }) {
  const sizeBytes = quick ? 100 * MB : 1024 ** 3 - MiB
  const small = sourceOf('small', 10 * MB)
  const large = sourceOf('large', sizeBytes)
  const app = await startApp({ nodeArgs: ['--max-old-space-size=128'] })
  const four = (file) => () => Promise.all([1, 2, 3, 4].map(() => postForm({ ...app, token }, file)))
  await four(small.file)()
  const base = app.rssBytes()
  const ofSmall = await peakDuring(app.rssBytes, four(small.file))
  const ofLarge = await peakDuring(app.rssBytes, four(large.file))
  await app.stop()
  small.remove()
  large.remove()
  const MBs = (bytes) => Math.round(bytes / MB)
  return [
    row({
      id: 'P6',
      what: `memory beyond the base, 4 uploads of ${MBs(sizeBytes)} MB at once, heap of 128 MiB`,
      ours: `${MBs(ofLarge)} MB`,
      beside: `${MBs(base)} MB`,
      figure: (ofLarge - base) / MB,
      digits: 0,
      unit: 'MB',
      goal: 60,
      isAtMost: true,
      details: { baseBytes: base, peakOf10MbBytes: ofSmall, peakBytes: ofLarge },
    }),
  ]
}
