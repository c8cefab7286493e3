import { randomUUID } from 'node:crypto'
import { crc32 } from 'node:zlib'

export interface Reply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

export interface Asked {
  /** One line a request, such as 'part 2'. */
  readonly line: string
  readonly key: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

interface KeptObject {
  bytes: Buffer
  sum: string
  readonly facts: Readonly<Record<string, string>>
  readonly modified: Date
}

interface Upload {
  readonly key: string
  readonly facts: Readonly<Record<string, string>>
  readonly initiated: Date
  readonly parts: Map<number, { readonly bytes: Buffer; readonly sum: string }>
}

/** As much of a bucket as the store uses. It checks the sums and conditions that come with requests, as S3 does. */
export class ScriptedS3Bucket {
  readonly objects = new Map<string, KeptObject>()
  readonly uploads = new Map<string, Upload>()
  /** `refuses`: by 501. */
  conditions: 'obeys' | 'ignores' | 'refuses' = 'obeys'
  obeysSums = true

  answer(asked: Asked): Reply {
    const { line, key } = asked
    if (line === 'list') return this.#list(asked)
    if (line === 'uploads') return this.#listUploads(asked)
    if (line === 'begin') return this.#begin(asked)
    if (line.startsWith('part')) return this.#part(asked)
    if (line === 'complete') return this.#complete(asked)
    if (line === 'abort') return this.uploads.delete(uploadIdIn(asked)) ? { status: 204 } : noUpload
    if (line === 'put') return this.#put(asked)
    if (line === 'delete') {
      this.objects.delete(key)
      return { status: 204 }
    }
    return this.#get(asked)
  }

  #get({ key, headers }: Asked): Reply {
    const object = this.objects.get(key)
    if (!object) return failure(404, 'NoSuchKey')
    const [range, start, end] = /^bytes=(\d+)-(\d+)$/.exec(String(headers['range'])) ?? []
    if (Number(start ?? -1) >= object.bytes.length) return failure(416, 'InvalidRange')
    const bytes = range === undefined ? object.bytes : object.bytes.subarray(Number(start), Number(end) + 1)
    return {
      status: range === undefined ? 200 : 206,
      headers: {
        ...object.facts,
        ...(this.obeysSums &&
          headers['x-amz-checksum-mode'] === 'ENABLED' && { 'x-amz-checksum-crc32': object.sum }),
        'content-length': bytes.length.toString(),
        'last-modified': object.modified.toUTCString(),
      },
      body: bytes,
    }
  }

  #put(asked: Asked): Reply {
    const { key, headers, body } = asked
    const refused = this.#refusal(asked) ?? this.#damage(asked)
    if (refused) return refused
    this.objects.set(key, { bytes: body, sum: sumOf(body), facts: factsIn(headers), modified: new Date() })
    return { status: 200, headers: { etag: '"put"' } }
  }

  #begin({ key, headers }: Asked): Reply {
    const uploadId = randomUUID()
    this.uploads.set(uploadId, { key, facts: factsIn(headers), initiated: new Date(), parts: new Map() })
    return xml('InitiateMultipartUploadResult', `<UploadId>${uploadId}</UploadId>`)
  }

  #part(asked: Asked): Reply {
    const upload = this.uploads.get(uploadIdIn(asked))
    if (!upload) return noUpload
    const refused = this.#damage(asked)
    if (refused) return refused
    const sum = sumOf(asked.body)
    upload.parts.set(Number(asked.query.get('partNumber')), { bytes: asked.body, sum })
    return {
      status: 200,
      headers: { etag: `"${sum}"`, ...(this.obeysSums && { 'x-amz-checksum-crc32': sum }) },
    }
  }

  #complete(asked: Asked): Reply {
    const upload = this.uploads.get(uploadIdIn(asked))
    if (!upload) return noUpload
    const refused = this.#refusal(asked)
    if (refused) return refused
    const named = [...asked.body.toString().matchAll(/<PartNumber>(\d+)</g)].map(([, number]) =>
      Number(number),
    )
    const parts = named.map((number) => upload.parts.get(number))
    if (parts.includes(undefined) || parts.length !== upload.parts.size) return failure(400, 'InvalidPart')
    const bytes = Buffer.concat(parts.map((part) => part?.bytes ?? Buffer.alloc(0)))
    const sums = Buffer.concat(parts.map((part) => Buffer.from(part?.sum ?? '', 'base64')))
    const sum = `${sumOf(sums)}-${parts.length}`
    this.objects.set(asked.key, { bytes, sum, facts: upload.facts, modified: new Date() })
    this.uploads.delete(uploadIdIn(asked))
    return xml('CompleteMultipartUploadResult', `<Key>${asked.key}</Key>`)
  }

  #refusal({ key, headers }: Asked): Reply | undefined {
    if (headers['if-none-match'] === undefined || this.conditions === 'ignores') return undefined
    if (this.conditions === 'refuses') return failure(501, 'NotImplemented')
    return this.objects.has(key) ? failure(412, 'PreconditionFailed') : undefined
  }

  #damage({ headers, body }: Asked): Reply | undefined {
    if (!this.obeysSums || headers['x-amz-checksum-crc32'] === sumOf(body)) return undefined
    return failure(400, 'BadDigest')
  }

  /** Two a page, so that there are pages. */
  #list({ query }: Asked): Reply {
    const after = query.get('continuation-token') ?? ''
    const names = [...this.objects.keys()].filter(
      (name) => name.startsWith(query.get('prefix') ?? '') && name > after,
    )
    const page = names.sort().slice(0, 2)
    const contents = page.map((name) => {
      const { bytes, modified } = this.objects.get(name) ?? { bytes: '', modified: new Date() }
      return `<Contents><Key>${name}</Key><Size>${bytes.length}</Size><LastModified>${modified.toISOString()}</LastModified></Contents>`
    })
    const next = names.length > 2 ? `<NextContinuationToken>${page[1]}</NextContinuationToken>` : ''
    return xml(
      'ListBucketResult',
      `<IsTruncated>${names.length > 2}</IsTruncated>${next}${contents.join('')}`,
    )
  }

  #listUploads({ query }: Asked): Reply {
    const after = query.get('upload-id-marker') ?? ''
    const ids = [...this.uploads.keys()].filter((id) => id > after).sort()
    const page = ids.slice(0, 2)
    const uploads = page.map((id) => {
      const { key, initiated } = this.uploads.get(id) ?? { key: '', initiated: new Date() }
      return `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>${initiated.toISOString()}</Initiated></Upload>`
    })
    const next =
      ids.length > 2
        ? `<NextKeyMarker>x</NextKeyMarker><NextUploadIdMarker>${page[1]}</NextUploadIdMarker>`
        : ''
    return xml(
      'ListMultipartUploadsResult',
      `<IsTruncated>${ids.length > 2}</IsTruncated>${next}${uploads.join('')}`,
    )
  }
}

export const failure = (status: number, code = 'Scripted'): Reply => ({
  status,
  ...xmlBody('Error', `<Code>${code}</Code><Message>scripted</Message>`),
})

const noUpload = failure(404, 'NoSuchUpload')

export const xml = (name: string, content: string): Reply => ({ status: 200, ...xmlBody(name, content) })

function xmlBody(name: string, content: string) {
  return {
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0" encoding="UTF-8"?><${name}>${content}</${name}>`,
  }
}

const uploadIdIn = ({ query }: Asked): string => query.get('uploadId') ?? ''

const factsIn = (headers: Asked['headers']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      name.startsWith('x-amz-meta-') && typeof value === 'string' ? [[name, value]] : [],
    ),
  )

function sumOf(bytes: Buffer): string {
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(bytes))
  return sum.toString('base64')
}
