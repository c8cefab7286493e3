import { existsSync, rmSync } from 'node:fs'
import path from 'node:path'
import { interleave, median, megabytesPerSecond } from '../lib/interleave.mjs'
import { peakDuring } from '../lib/memory.mjs'
import { writeWav } from '../lib/sound.mjs'
import { postForm, postRaw, putToNginx } from '../lib/upload.mjs'

const MB = 1_000_000
const MiB = 1024 ** 2
// In memory, so that reading the source costs neither side anything.
const sourceFolder = existsSync('/dev/shm') ? '/dev/shm' : '/tmp'

function sourceOf(name, sizeBytes) {
  const file = path.join(sourceFolder, `audiohost-bench-${process.pid}-${name}.wav`)
  writeWav(file, sizeBytes)
  return { file, sizeBytes, remove: () => rmSync(file, { force: true }) }
}

/** P6: uploads with sha256 and fsync, beside nginx's PUT, which does neither. */
export async function multipartUploads({ app, nginx, quick }) {
  const rows = []
  for (const [label, sizeBytes, parallel, rounds] of quick ? [['50 MB', 50 * MB, 1, 3]] : p6Cases) {
    const source = sourceOf('p6', sizeBytes)
    const all = (upload) => () =>
      megabytesPerSecond(sizeBytes * parallel, () =>
        Promise.all(Array.from({ length: parallel }, (_, index) => upload(index))),
      )
    try {
      const figures = await interleave(
        {
          nginx: all((index) => putToNginx(nginx, source.file, `put-${index}`)),
          multipart: all(() => postForm(app, source.file)),
          raw: all(() => postRaw(app, source.file)),
        },
        rounds,
      )
      rows.push(
        ratioRow('P6', `multipart upload, ${label}`, { figures, ours: 'multipart', goal: 0.35 }),
        ratioRow('P6', `raw upload, ${label}`, { figures, ours: 'raw', goal: 0.35 }),
      )
    } finally {
      source.remove()
    }
  }
  return rows
}

const p6Cases = [
  ['10 MB', 10 * MB, 1, 9],
  ['200 MB', 200 * MB, 1, 7],
  ['4 x 200 MB at once', 200 * MB, 4, 3],
]

/** P6: memory must not grow with the size of the file. `restart` gives a fresh app with a small heap. */
export async function uploadMemory({ startSmallApp, quick }) {
  const sizeBytes = quick ? 100 * MB : 1024 ** 3 - MiB
  const small = sourceOf('small', 10 * MB)
  const large = sourceOf('large', sizeBytes)
  const app = await startSmallApp()
  try {
    const four = (file) => () => Promise.all([1, 2, 3, 4].map(() => postForm(app, file)))
    await four(small.file)()
    const base = app.rssBytes()
    const ofSmall = await peakDuring(app.rssBytes, four(small.file))
    const ofLarge = await peakDuring(app.rssBytes, four(large.file))
    const MBs = (bytes) => Math.round(bytes / MB)
    return [
      {
        id: 'P6',
        what: `memory beyond the base, 4 uploads of ${MBs(sizeBytes)} MB at once, heap of 128 MiB`,
        ours: MBs(ofLarge),
        yardstick: MBs(base),
        unit: 'MB',
        figure: MBs(ofLarge - base),
        goal: 60,
        isMet: ofLarge - base <= 60 * MB,
        details: { baseBytes: base, peakOf10MbBytes: ofSmall, peakBytes: ofLarge },
      },
    ]
  } finally {
    await app.stop()
    small.remove()
    large.remove()
  }
}

function ratioRow(id, what, { figures, ours, goal }) {
  // Round by round: what slows one of a pair slows the other.
  const ratios = figures[ours].map((figure, round) => figure / figures.nginx[round])
  const figure = median(ratios)
  return {
    id,
    what,
    ours: Math.round(median(figures[ours])),
    yardstick: Math.round(median(figures.nginx)),
    unit: 'MB/s',
    figure: Math.round(figure * 100) / 100,
    goal,
    isMet: figure >= goal,
    details: { figures, ratios },
  }
}
