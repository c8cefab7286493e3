import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** What the page needs of swagger-ui-dist; nothing else of it can be asked for. */
const contentTypes = new Map([
  ['swagger-ui.css', 'text/css'],
  ['swagger-ui-bundle.js', 'text/javascript'],
  ['favicon-32x32.png', 'image/png'],
])

export interface Asset {
  readonly contentType: string
  readonly content: string | Buffer
}

const read = new Map<string, Promise<Buffer>>()

/** Read from the disk when it is first asked for, then kept: 1.7 MB in all. */
export async function swaggerUiAsset(name: string): Promise<Asset | undefined> {
  const contentType = contentTypes.get(name)
  if (contentType === undefined) return undefined
  const content = read.get(name) ?? readFile(join(folder(), name))
  read.set(name, content)
  return { contentType, content: await content }
}

const folder = (): string => dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))
