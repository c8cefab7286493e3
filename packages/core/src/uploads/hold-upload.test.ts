import { expect } from 'chai'
import { inMemoryAdapters, refusalOf, type InMemoryAdapters } from '../testing/index.ts'
import { newAudioId } from '../ids.ts'
import { HoldUpload } from './hold-upload.ts'

describe('HoldUpload', () => {
  let adapters: InMemoryAdapters
  beforeEach(() => {
    adapters = inMemoryAdapters()
  })

  const hold = (id: ReturnType<typeof newAudioId>, onWanted = () => undefined, waitSeconds = 5) =>
    new HoldUpload(adapters).execute({ id, onWanted, waitSeconds })

  it('lets who comes later take over from who came before', async () => {
    const id = newAudioId(adapters.ids)
    const order: string[] = []
    const first = await hold(id, () => {
      order.push('wanted')
      setTimeout(() => {
        order.push('released')
        void first.release()
      }, 50)
      return undefined
    })
    const second = await hold(id)
    order.push('taken over')
    await second.release()
    expect(order).to.deep.equal(['wanted', 'released', 'taken over'])
  })

  it('refuses where the holder does not let go', async () => {
    const id = newAudioId(adapters.ids)
    const first = await hold(id)
    expect(await refusalOf(hold(id, undefined, 0.2))).to.include({ code: 'upload_busy' })
    await first.release()
    await (await hold(id, undefined, 0)).release()
  })

  it('succeeds a holder that died', async () => {
    const id = newAudioId(adapters.ids)
    const dead = await hold(id)
    adapters.clock.advance(11)
    const second = await hold(id, undefined, 0)
    await dead.release()
    expect(await refusalOf(hold(id, undefined, 0))).to.include({ code: 'upload_busy' })
    await second.release()
  })

  it('holds one upload, not all', async () => {
    const first = await hold(newAudioId(adapters.ids))
    await (await hold(newAudioId(adapters.ids), undefined, 0)).release()
    await first.release()
  })
})
