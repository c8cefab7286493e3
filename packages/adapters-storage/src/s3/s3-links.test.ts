import { StorageUnavailable } from '@audiohost/core'
import { contentLinksContract } from '@audiohost/core/testing'
import { expect } from 'chai'
import { anAudioId, rejectionOf } from '../testing/content.ts'
import { follow } from '../testing/follow-link.ts'
import { anS3Bucket, anS3Server, type S3Server } from '../testing/s3-server.ts'
import { S3AudioContentStore } from './s3-audio-content-store.ts'

const terms = {
  contentType: 'audio/mpeg',
  contentDisposition: 'inline; filename="a.mp3"',
  expiresInSeconds: 300,
}
const credentials = { accessKeyId: 'key', secretAccessKey: 'canary-secret' }
const server = await anS3Server()

if (server !== undefined) {
  describe('Links to S3 on versitygw, which checks their signatures', () => {
    onServer(server)
  })
}

function onServer(server: S3Server): void {
  let made = 0
  contentLinksContract({
    // Its clock is this machine's.
    checks: 'signature',
    make: async () => {
      const bucket = await anS3Bucket(server, `links-${process.pid}-${++made}`)
      const store = new S3AudioContentStore({ ...server, bucket })
      return { store, links: store, follow }
    },
  })

  it('expire', async () => {
    const bucket = await anS3Bucket(server, `links-${process.pid}-${++made}`)
    const store = new S3AudioContentStore({ ...server, bucket })
    const link = await store.linkTo(anAudioId(), { ...terms, expiresInSeconds: 1 })
    while ((await follow(link)).status === 404) await new Promise((resolve) => setTimeout(resolve, 100))
    expect((await follow(link)).status).to.equal(403)
  })
}

describe('Links to S3', () => {
  it('name the bucket at Amazon, live for as long as was said, and show no secret', async () => {
    const store = new S3AudioContentStore({ bucket: 'audio', region: 'eu-central-1', credentials })
    const link = await store.linkTo(anAudioId(), terms)
    expect(link.host).to.equal('audio.s3.eu-central-1.amazonaws.com')
    expect(link.pathname).to.equal(`/audio/${anAudioId()}`)
    expect(link.searchParams.get('X-Amz-Expires')).to.equal('300')
    expect(link.searchParams.get('response-cache-control')).to.equal('private, no-cache')
    expect(link.href).to.not.include('canary-secret')
  })

  describe('without credentials', () => {
    const names = Object.keys(process.env).filter((name) => name.startsWith('AWS_'))
    const before = Object.fromEntries(names.map((name) => [name, process.env[name]]))
    const nowhere = {
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
      AWS_CONFIG_FILE: '/nonexistent',
    }
    beforeEach(() => {
      for (const name of names) Reflect.deleteProperty(process.env, name)
      Object.assign(process.env, nowhere)
    })
    afterEach(() => {
      for (const name of Object.keys(nowhere)) Reflect.deleteProperty(process.env, name)
      Object.assign(process.env, before)
    })

    it('cannot be had', async () => {
      const store = new S3AudioContentStore({ bucket: 'audio', region: 'eu-central-1' })
      await rejectionOf(store.linkTo(anAudioId(), terms), StorageUnavailable)
    })
  })

  it('cannot be had after the deadline', async () => {
    const never = (): Promise<never> => new Promise(() => undefined)
    const retries = { deadlineMs: 50 }
    const store = new S3AudioContentStore({
      bucket: 'audio',
      region: 'eu-central-1',
      credentials: never as never,
      retries,
    })
    await rejectionOf(store.linkTo(anAudioId(), terms), StorageUnavailable)
  })
})
