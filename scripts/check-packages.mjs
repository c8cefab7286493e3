// Packs each package as npm would publish it, and has publint and arethetypeswrong look at the tarball.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { bin, root, run } from './setup.mjs'

const folder = mkdtempSync(path.join(tmpdir(), 'audiohost-pack-'))
try {
  for (const name of readdirSync(path.join(root, 'packages'))) {
    const tarball = pack(name)
    run(bin('publint'), ['run', tarball, '--strict', '--level', 'warning'])
    // ESM only, on purpose: Node 20.19 and newer can require() ESM (docs/decisions/0001).
    run(bin('attw'), [tarball, '--profile', 'esm-only', '--format', 'ascii', '--no-emoji', '--quiet'])
  }
} finally {
  rmSync(folder, { recursive: true })
}

function pack(name) {
  const packed = spawnSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: path.join(root, 'packages', name),
    encoding: 'utf8',
  })
  if (packed.status !== 0) throw new Error(`npm pack failed for ${name}: ${packed.stderr}`)
  const [{ filename, files }] = JSON.parse(packed.stdout)
  const stray = files.map((file) => file.path).filter((file) => /\.test\.|samples\/|tsbuildinfo/.test(file))
  if (stray.length > 0) throw new Error(`${name} would publish ${stray.slice(0, 3).join(', ')}`)
  if (!JSON.parse(readFileSync(path.join(root, 'packages', name, 'package.json'), 'utf8')).exports)
    throw new Error(`${name} has no exports`)
  return path.join(folder, filename)
}
