import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** A folder for one run, on the disk that the figures are about: `BENCH_DIR`, or the system's temporary folder. */
export function scratchFolder() {
  const parent = process.env.BENCH_DIR ?? tmpdir()
  mkdirSync(parent, { recursive: true })
  const folder = mkdtempSync(path.join(parent, 'audiohost-bench-'))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
