// Writes docs/openapi.json from the routes; with --check it only says whether the file is what they say.
// Run as: node --import tsx --conditions=@audiohost/source scripts/write-openapi.mts [--check]
import { readFile, writeFile } from 'node:fs/promises'
import { openApiDocument, routes } from '../packages/adapters-http/src/index.ts'

const file = new URL('../docs/openapi.json', import.meta.url)
const document = openApiDocument(routes, { publicUrl: new URL('http://localhost:8000') })
const fresh = `${JSON.stringify(document, null, 2)}\n`

if (process.argv.includes('--check')) {
  const committed = await readFile(file, 'utf8').catch(() => '')
  if (committed !== fresh) {
    process.stderr.write('docs/openapi.json is stale. Write it anew: npm run openapi\n')
    process.exitCode = 1
  }
} else {
  await writeFile(file, fresh)
  process.stdout.write('docs/openapi.json written\n')
}
