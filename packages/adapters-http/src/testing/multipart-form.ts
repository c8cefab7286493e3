export interface PartSpec {
  readonly name: string
  readonly fileName?: string
  readonly type?: string
  readonly headers?: readonly string[]
  readonly content: string | Uint8Array
}

export const testBoundary = 'a-boundary'

export const formType = `multipart/form-data; boundary=${testBoundary}`

/** A multipart body as a browser would write it. */
export function formOf(...parts: readonly PartSpec[]): Buffer {
  return Buffer.concat([...parts.flatMap(partOf), Buffer.from(`--${testBoundary}--\r\n`)])
}

export const filePart = (content: string | Uint8Array, overrides: Partial<PartSpec> = {}): PartSpec => ({
  name: 'file',
  fileName: 'song.mp3',
  type: 'audio/mpeg',
  content,
  ...overrides,
})

export const fieldPart = (name: string, content: string | Uint8Array): PartSpec => ({ name, content })

function partOf({ name, fileName, type, headers = [], content }: PartSpec): Buffer[] {
  const file = fileName === undefined ? '' : `; filename="${fileName}"`
  const lines = [
    `--${testBoundary}`,
    `Content-Disposition: form-data; name="${name}"${file}`,
    ...(type === undefined ? [] : [`Content-Type: ${type}`]),
    ...headers,
    '',
    '',
  ]
  return [Buffer.from(lines.join('\r\n')), Buffer.from(content), Buffer.from('\r\n')]
}
