import { StorageFull, StorageUnavailable } from '@audiohost/core'
import { someBytes } from '@audiohost/core/testing'
import { expect } from 'chai'
import { anAudioId, bytesOf, nobodyWrites, rejectionOf, sourceOf } from '../testing/content.ts'
import { aScriptedStore, partBytes } from '../testing/scripted-store.ts'

const id = anAudioId()
/** Three parts, the last of which is short. */
const content = someBytes(2 * partBytes + 1000)
const small = someBytes(1000)
const busy = { status: 503, code: 'SlowDown' }

describe('A write to S3', () => {
  const on = aScriptedStore()

  it('goes in parts where there are several, and by one request where there is one', async () => {
    await on.store.write(id, sourceOf(content))
    expect(on.s3.requests).to.deep.equal(['head', 'begin', 'part 1', 'part 2', 'part 3', 'complete', 'head'])
    on.s3.requests.length = 0
    await on.store.write(anAudioId(2), sourceOf(small))
    expect(on.s3.requests).to.deep.equal(['head', 'put', 'head'])
  })

  const requests = [
    ['a part', /^part 2/, content],
    ['the completion', /^complete/, content],
    ['the beginning', /^begin/, content],
    ['a small content', /^put/, small],
  ] as const

  for (const [where, kind, bytes] of requests) {
    for (const fault of [500, 502, 503, 504, 'reset', 'lose-reply', 'half', 'hang'] as const) {
      it(`survives ${JSON.stringify(fault)} at ${where}`, async () => {
        on.failing(kind, fault, 1)
        await on.store.write(id, sourceOf(bytes))
        expect((await bytesOf(on.store, id))?.equals(bytes)).to.equal(true)
        expect(on.s3.bucket.objects.size).to.equal(1)
      })
    }

    it(`gives up ${where} after so many failures, and leaves nothing`, async () => {
      on.failing(kind, 500)
      const error = await rejectionOf(on.store.write(id, sourceOf(bytes)), StorageUnavailable)
      expect(error.cause).to.include({ status: 500 })
      expect(on.countOf(kind)).to.equal(3)
      on.expectNothingLeft()
    })

    for (const [status, code] of [
      [507, 'Whatever'],
      [507, 'XMinioStorageFull'],
      [400, 'XMinioAdminBucketQuotaExceeded'],
      [403, 'QuotaExceeded'],
    ] as const) {
      it(`finds the storage full by ${code} at ${where}, and leaves nothing`, async () => {
        on.failing(kind, { status, code })
        await rejectionOf(on.store.write(id, sourceOf(bytes)), StorageFull)
        expect(on.countOf(kind)).to.equal(1)
        on.expectNothingLeft()
      })
    }
  }

  for (const [where, kind, bytes] of [requests[0], requests[3]] as const) {
    it(`waits and goes on where ${where} comes too fast for the storage`, async () => {
      on.failing(kind, where === 'a part' ? busy : 429, 1)
      await on.store.write(id, sourceOf(bytes))
      expect((await bytesOf(on.store, id))?.equals(bytes)).to.equal(true)
    })

    it(`survives a connection that ends in the middle of ${where}`, async () => {
      on.failing(kind, 'cut', 1)
      await on.store.write(id, sourceOf(bytes))
      expect((await bytesOf(on.store, id))?.equals(bytes)).to.equal(true)
    })

    it(`is refused by the sum where ${where} arrives with another byte, and leaves nothing`, async () => {
      on.failing(kind, 'corrupt')
      const error = await rejectionOf(on.store.write(id, sourceOf(bytes)), StorageUnavailable)
      expect(error.cause).to.include({ code: 'BadDigest' })
      on.expectNothingLeft()
    })
  }

  for (const [where, kind, bytes] of [requests[1], requests[3]] as const) {
    for (const fault of ['shorten', 'rot'] as const) {
      it(`is not acknowledged, and removed, where ${where} meets ${fault}`, async () => {
        on.failing(kind, fault)
        await rejectionOf(on.store.write(id, sourceOf(bytes)), StorageUnavailable)
        on.expectNothingLeft()
      })
    }

    it(`is removed where every reply to ${where} is lost`, async () => {
      on.failing(kind, 'lose-reply')
      await rejectionOf(on.store.write(id, sourceOf(bytes)), StorageUnavailable)
      on.expectNothingLeft()
    })
  }

  it('is not done where the completion tells of an error in a reply of 200', async () => {
    on.failing(/^complete/, 'error-in-200')
    await rejectionOf(on.store.write(id, sourceOf(content)), StorageUnavailable)
    on.expectNothingLeft()
    on.failing(/^complete/, 'error-in-200', 1)
    await on.store.write(id, sourceOf(content))
    expect((await bytesOf(on.store, id))?.equals(content)).to.equal(true)
  })

  it('fails with the error of its source although the abort fails, and removePartial finds the rest', async () => {
    const cut = new Error('cut')
    async function* source() {
      yield content
      throw cut
    }
    on.failing(/^abort/, 500)
    expect(await rejectionOf(on.store.write(id, source()), Error)).to.equal(cut)
    expect(on.s3.bucket.uploads.size).to.equal(1)
    on.s3.fault = () => undefined
    expect(await on.store.removePartial(new Date(Date.now() + 1000), nobodyWrites)).to.equal(1)
    on.expectNothingLeft()
  })

  it('leaves removePartial what a check could not drop', async () => {
    on.failing(/^abort/, 500)
    await rejectionOf(on.store.check(), StorageUnavailable)
    expect(on.s3.bucket.uploads.size).to.equal(1)
    on.s3.fault = () => undefined
    expect(await on.store.removePartial(new Date(Date.now() + 1000), nobodyWrites)).to.equal(1)
    on.expectNothingLeft()
  })

  it('ends at its deadline, however often it could be repeated', async () => {
    on.s3.fault = (request) => (request === 'part 1' ? busy : undefined)
    const began = Date.now()
    const error = await rejectionOf(
      on.another({ deadlineMs: 50 }).write(id, sourceOf(content)),
      StorageUnavailable,
    )
    expect(error.cause).to.have.property('message').that.contains('50 ms')
    expect(Date.now() - began).to.be.below(1000)
    on.expectNothingLeft()
  })

  for (const status of [400, 401, 403, 404]) {
    it(`fails at once on ${status}`, async () => {
      on.failing(/^part/, status)
      await rejectionOf(on.store.write(id, sourceOf(content)), StorageUnavailable)
      expect(on.s3.requests).to.deep.equal(['head', 'begin', 'part 1', 'abort'])
    })
  }

  it('of an id that was written already is refused before the source is read', async () => {
    await on.store.write(id, sourceOf('first'))
    let asked = 0
    async function* source() {
      asked++
      yield Buffer.from('second')
    }
    const error = await rejectionOf(on.store.write(id, source()), Error)
    expect(error).to.not.be.instanceOf(StorageUnavailable)
    expect(asked).to.equal(0)
    expect((await bytesOf(on.store, id))?.toString()).to.equal('first')
  })

  for (const bytes of [small, content]) {
    it(`keeps what another wrote while ${bytes.length} bytes were on their way`, async () => {
      async function* source() {
        yield bytes
        await on.another().write(id, sourceOf('other'))
      }
      const error = await rejectionOf(on.store.write(id, source()), Error)
      expect(error).to.not.be.instanceOf(StorageUnavailable)
      expect((await bytesOf(on.store, id))?.toString()).to.equal('other')
      expect(on.s3.bucket.uploads.size).to.equal(0)
    })

    it(`takes nothing of another back where ${bytes.length} bytes fail that came too late`, async () => {
      async function* source() {
        yield bytes
        await on.another().write(id, sourceOf('other'))
        on.failing(/^(put|complete)/, 500)
      }
      await rejectionOf(on.store.write(id, source()), StorageUnavailable)
      expect((await bytesOf(on.store, id))?.toString()).to.equal('other')
    })

    for (const way of ['ignores', 'refuses'] as const) {
      it(`of ${bytes.length} bytes is done once with a service that ${way} conditions`, async () => {
        on.s3.bucket.conditions = way
        await on.store.write(id, sourceOf(bytes))
        await rejectionOf(on.store.write(id, sourceOf('second')), Error)
        expect((await bytesOf(on.store, id))?.equals(bytes)).to.equal(true)
      })
    }

    it(`of ${bytes.length} bytes does with a service that knows no sums`, async () => {
      on.s3.bucket.obeysSums = false
      await on.store.write(id, sourceOf(bytes))
      expect((await bytesOf(on.store, id))?.equals(bytes)).to.equal(true)
    })
  }

  it('keeps what another wrote right before, where the service refuses conditions', async () => {
    on.s3.bucket.conditions = 'refuses'
    async function* source() {
      yield small
      await on.another().write(id, sourceOf('other'))
    }
    await rejectionOf(on.store.write(id, source()), Error)
    expect((await bytesOf(on.store, id))?.toString()).to.equal('other')
  })

  it('pulls no more from its source than one part ahead', async () => {
    let pulled = 0
    let most = 0
    let sent = 0
    on.s3.fault = (request) => {
      if (request.startsWith('part')) most = Math.max(most, pulled - partBytes * sent++)
      return undefined
    }
    async function* source() {
      for (let piece = 0; piece < 64; piece++) {
        pulled += 16_384
        yield Buffer.alloc(16_384)
      }
    }
    await on.store.write(id, source())
    expect(sent).to.equal(16)
    expect(most).to.be.at.most(partBytes + 16_384)
  })
})
