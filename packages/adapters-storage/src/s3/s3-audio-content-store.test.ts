import { globalAgent } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { audioContentStoreContract, inPieces, someBytes } from '@audiohost/core/testing'
import { CreateMultipartUploadCommand, ListMultipartUploadsCommand } from '@aws-sdk/client-s3'
import { expect } from 'chai'
import { S3AudioContentStore } from './s3-audio-content-store.ts'
import { ScriptedS3 } from '../testing/scripted-s3.ts'
import { anAudioId, bytesOf, nobodyWrites, rejectionOf } from '../testing/content.ts'
import { aClientOf, anS3Bucket, anS3Server, type S3Server } from '../testing/s3-server.ts'

async function openSockets(): Promise<number> {
  // A socket whose reply has just ended is given back in the next turn.
  await new Promise(setImmediate)
  const inUse = Object.values(globalAgent.sockets).flat()
  return inUse.filter((socket) => socket?.destroyed === false).length
}

describe('S3AudioContentStore', () => {
  let s3: ScriptedS3
  afterEach(() => s3.stop())

  audioContentStoreContract({
    make: async () => {
      s3 = await ScriptedS3.start()
      const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' }
      return new S3AudioContentStore({
        endpoint: s3.endpoint,
        bucket: 'bucket',
        credentials,
        partBytes: 65_536,
      })
    },
    openHandles: openSockets,
  })
})

const server = await anS3Server()

describe('S3AudioContentStore on versitygw', () => {
  if (server !== undefined) onServer(server)
  else if (process.env['CI'] === 'true' && process.env['REQUIRE_SERVICES'] === '1') {
    it('is tested where services are required', () => {
      throw new Error(
        'There is no S3 server: set TEST_S3_ENDPOINT or VERSITYGW, or put versitygw into the PATH',
      )
    })
  } else process.stdout.write('Not tested: S3 on versitygw, which is not there\n')
})

function onServer(server: S3Server): void {
  let made = 0
  audioContentStoreContract({
    make: async () => {
      const bucket = await anS3Bucket(server, `contract-${process.pid}-${++made}`)
      return new S3AudioContentStore({ ...server, bucket })
    },
    openHandles: openSockets,
  })

  describe('a content of several parts', () => {
    const partBytes = 5 * 1024 * 1024
    const content = someBytes(2 * partBytes + 1000)
    const id = anAudioId()
    let store: S3AudioContentStore
    let bucket: string

    beforeEach(async () => {
      bucket = await anS3Bucket(server, `parts-${process.pid}-${++made}`)
      store = new S3AudioContentStore({ ...server, bucket, partBytes })
    })

    const unfinished = async (): Promise<number> => {
      const { Uploads } = await aClientOf(server).send(new ListMultipartUploadsCommand({ Bucket: bucket }))
      return Uploads?.length ?? 0
    }

    it('comes back as it was sent, whole and across the seam of two parts', async () => {
      await store.write(id, inPieces(content, 100_000))
      expect((await bytesOf(store, id))?.equals(content)).to.equal(true)
      const seam = await store.open(id, { start: partBytes - 10, end: partBytes + 9 })
      expect(seam && (await buffer(seam)).equals(content.subarray(partBytes - 10, partBytes + 10))).to.equal(
        true,
      )
      expect(await unfinished()).to.equal(0)
    })

    it('is written once, also where two write it at once', async () => {
      const outcomes = await Promise.allSettled([1, 2].map(() => store.write(id, inPieces(content, 100_000))))
      expect(outcomes.map(({ status }) => status)).to.have.members(['fulfilled', 'rejected'])
      expect((await bytesOf(store, id))?.equals(content)).to.equal(true)
      expect(await unfinished()).to.equal(0)
    })

    it('leaves no part where the source fails after some', async () => {
      const failure = new Error('cut')
      async function* source() {
        yield content
        expect(await unfinished()).to.equal(1)
        throw failure
      }
      expect(await rejectionOf(store.write(id, source()), Error)).to.equal(failure)
      expect(await unfinished()).to.equal(0)
    })

    it('is removed by removePartial where a crash left it unfinished', async () => {
      const place = { Bucket: bucket, Key: `audio/${id}` }
      await aClientOf(server).send(new CreateMultipartUploadCommand(place))
      await aClientOf(server).send(
        new CreateMultipartUploadCommand({ Bucket: bucket, Key: 'audio/of-others' }),
      )
      expect(await store.removePartial(new Date(Date.now() - 60_000), nobodyWrites)).to.equal(0)
      expect(await store.removePartial(new Date(Date.now() + 60_000), nobodyWrites)).to.equal(1)
      expect(await unfinished()).to.equal(1)
    })
  })
}
