import { expect } from 'chai'
import { newAudioId, type AudioId } from '../ids.ts'
import {
  anAccount,
  inMemoryAdapters,
  race,
  refusalOf,
  type Account,
  type InMemoryAdapters,
} from '../testing/index.ts'
import { InMemoryLeases } from '../in-memory/in-memory-leases.ts'
import { SongUploads } from '../testing/song-uploads.ts'
import { HoldUpload, type HeldUpload, type HoldUploadInput } from './hold-upload.ts'

describe('HoldUpload', () => {
  let adapters: InMemoryAdapters
  let account: Account
  let uploads: SongUploads
  beforeEach(async () => {
    adapters = inMemoryAdapters()
    account = await anAccount(adapters)
    uploads = new SongUploads(adapters, account)
  })

  const hold = (id: AudioId, input: Partial<HoldUploadInput> = {}) =>
    new HoldUpload(adapters).execute({
      actor: account.actor,
      id,
      onWanted: () => undefined,
      waitSeconds: 5,
      ...input,
    })

  it('lets who comes later take over from who came before', async () => {
    const { id } = await uploads.begin()
    const order: string[] = []
    const onWanted = (): void => {
      order.push('wanted')
      setTimeout(() => {
        order.push('released')
        void first.release()
      }, 50)
    }
    const first = await hold(id, { onWanted })
    const second = await hold(id)
    order.push('taken over')
    await second.release()
    expect(order).to.deep.equal(['wanted', 'released', 'taken over'])
  })

  it('refuses where the holder does not let go', async () => {
    const { id } = await uploads.begin()
    const first = await hold(id)
    expect(await refusalOf(hold(id, { waitSeconds: 0.2 }))).to.include({ code: 'upload_busy' })
    await first.release()
    await (await hold(id, { waitSeconds: 0 })).release()
  })

  it('succeeds a holder that died', async () => {
    const { id } = await uploads.begin()
    const dead = await hold(id)
    adapters.clock.advance(11)
    const second = await hold(id, { waitSeconds: 0 })
    await dead.release()
    expect(await refusalOf(hold(id, { waitSeconds: 0 }))).to.include({ code: 'upload_busy' })
    await second.release()
  })

  it('holds one upload, not all', async () => {
    const first = await hold((await uploads.begin()).id)
    await (await hold((await uploads.begin()).id, { waitSeconds: 0 })).release()
    await first.release()
  })

  describe('whose holder does not let go', () => {
    let id: AudioId
    let leases: WatchedLeases
    let holder: HeldUpload
    beforeEach(async () => {
      leases = new WatchedLeases()
      adapters = { ...adapters, leases }
      id = (await uploads.begin()).id
      holder = await hold(id)
    })

    it('asks the database for one of fifty who wait, not for all of them again and again', async () => {
      const holdUpload = new HoldUpload(adapters)
      const refusals = await race(50, () => refusalOf(holdUpload.execute({ ...waiting(), waitSeconds: 1 })))
      expect(new Set(refusals.map(({ code }) => code))).to.deep.equal(new Set(['upload_busy']))
      // Whose turn comes at the very end asks once.
      expect(leases.asked).to.be.within(2, 75)
    })

    it('waits no longer than somebody waits for it, and lets the others keep their turns', async () => {
      const holdUpload = new HoldUpload(adapters)
      const order: number[] = []
      const leaving = [new AbortController(), new AbortController()]
      const left = leaving.map(({ signal }) => refusalOf(holdUpload.execute({ ...waiting(), signal })))
      const staying = [1, 2, 3].map(async (number) => {
        const held = await holdUpload.execute(waiting())
        order.push(number)
        await held.release()
      })
      for (const controller of leaving.toReversed()) controller.abort()
      for (const refusal of left) expect(await refusal).to.include({ code: 'upload_busy' })
      await holder.release()
      await Promise.all(staying)
      expect(order).to.deep.equal([1, 2, 3])
    })

    // Longer than the test may take.
    const waiting = () => ({ actor: account.actor, id, onWanted: () => undefined, waitSeconds: 60 })
  })

  it("does not know somebody else's: its holder hears nothing of who asks", async () => {
    const { id } = await uploads.begin()
    const { actor } = await anAccount(adapters)
    const leases = new WatchedLeases()
    adapters = { ...adapters, leases }
    const first = await hold(id)
    expect(await refusalOf(hold(id, { actor }))).to.include({ code: 'upload_not_found' })
    await first.release()
    expect(await refusalOf(hold(id, { actor }))).to.include({ code: 'upload_not_found' })
    expect(await refusalOf(hold(newAudioId(adapters.ids)))).to.include({ code: 'upload_not_found' })
    expect(leases.asked).to.equal(1)
  })
})

class WatchedLeases extends InMemoryLeases {
  asked = 0

  override acquire(...asked: Parameters<InMemoryLeases['acquire']>): ReturnType<InMemoryLeases['acquire']> {
    this.asked++
    return super.acquire(...asked)
  }
}
