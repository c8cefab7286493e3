import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { freePort, inPath, startProgram } from './programs.ts'

export interface S3Server {
  readonly endpoint: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

const folders: string[] = []

after(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

/**
 * A server that speaks S3 (https://github.com/versity/versitygw): that of TEST_S3_ENDPOINT, with TEST_S3_ACCESS_KEY_ID and
 * TEST_S3_SECRET_ACCESS_KEY, or one started here from VERSITYGW or from the PATH; `undefined` where there is none.
 */
export async function anS3Server(): Promise<S3Server | undefined> {
  const endpoint = process.env['TEST_S3_ENDPOINT']
  const credentials = {
    accessKeyId: process.env['TEST_S3_ACCESS_KEY_ID'] ?? 'audiohost-test',
    secretAccessKey: process.env['TEST_S3_SECRET_ACCESS_KEY'] ?? 'audiohost-test-secret',
  }
  if (endpoint !== undefined && endpoint !== '') return { endpoint, credentials }
  const program = process.env['VERSITYGW'] ?? inPath('versitygw')
  return program === undefined ? undefined : start(program, credentials)
}

export function aClientOf({ endpoint, credentials }: S3Server): S3Client {
  return new S3Client({ endpoint, credentials, region: 'us-east-1', forcePathStyle: true })
}

export async function anS3Bucket(server: S3Server, name: string): Promise<string> {
  await aClientOf(server).send(new CreateBucketCommand({ Bucket: name }))
  return name
}

async function start(program: string, credentials: S3Server['credentials']): Promise<S3Server> {
  const port = await freePort()
  const endpoint = `http://127.0.0.1:${port}`
  const [objects, facts] = [aFolder('objects'), aFolder('facts')]
  await startProgram({
    program,
    // Facts in files: a temporary folder may lack extended attributes.
    args: ['--port', `127.0.0.1:${port}`, '--quiet', '--keep-alive', 'posix', '--sidecar', facts, objects],
    variables: { ROOT_ACCESS_KEY: credentials.accessKeyId, ROOT_SECRET_KEY: credentials.secretAccessKey },
    isReady: () => answers(endpoint),
  })
  return { endpoint, credentials }
}

function aFolder(name: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), `audiohost-s3-${name}-`))
  folders.push(folder)
  return folder
}

const answers = (endpoint: string): Promise<boolean> =>
  fetch(endpoint).then(
    async (response) => (await response.arrayBuffer()).byteLength >= 0,
    () => false,
  )
