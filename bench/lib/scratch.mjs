import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { atEnd } from './clean-up.mjs'

/** A folder for one run, on the disk that the figures are about: `BENCH_DIR`, or the system's temporary folder. */
export function scratchFolder() {
  const parent = process.env.BENCH_DIR ?? tmpdir()
  mkdirSync(parent, { recursive: true })
  const folder = mkdtempSync(path.join(parent, 'audiohost-bench-'))
  // Where root runs the bench, PostgreSQL runs as somebody else.
  chmodSync(folder, 0o755)
  atEnd(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
