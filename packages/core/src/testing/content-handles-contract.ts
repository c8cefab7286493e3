import { expect } from 'chai'
import type { AudioContentStore } from '../audio/audio-content-store.ts'
import type { ContentHandle, ContentHandles } from '../audio/content-handles.ts'
import type { AudioId } from '../ids.ts'
import { anAudio } from './builders.ts'
import { inPieces, isSame, someBytes } from './bytes.ts'
import { race } from './race.ts'

export interface ContentHandlesContract {
  /** A fresh, empty store. */
  readonly make: () => Promise<AudioContentStore & ContentHandles>
}

/** What every store promises that offers `ContentHandles`. */
export function contentHandlesContract({ make }: ContentHandlesContract): void {
  const size = 200_000
  const bytes = someBytes(size)
  let store: AudioContentStore & ContentHandles
  let id: AudioId

  beforeEach(async () => {
    store = await make()
    id = anAudio().id
    await store.write(id, inPieces(bytes, 50_000))
  })

  const acquired = async (): Promise<ContentHandle> => {
    const handle = await store.acquire(id)
    if (!handle) throw new Error('There is no content')
    return handle
  }

  describe('acquire', () => {
    it('gives nothing where there is nothing', async () => {
      expect(await store.acquire(anAudio().id)).to.equal(undefined)
    })

    it('knows the size, and reads what is asked for from where it is asked for', async () => {
      const handle = await acquired()
      expect(handle.sizeBytes).to.equal(size)
      for (const [position, length] of [
        [0, 1],
        [65_535, 2],
        [0, size],
        [size - 1, 1],
      ] as const) {
        const into = Buffer.alloc(length)
        expect(await handle.read(into, position)).to.equal(length)
        expect(isSame(into, bytes.subarray(position, position + length))).to.equal(true)
      }
      handle.release()
    })

    it('reads no more than there is, and touches nothing behind it', async () => {
      const handle = await acquired()
      const into = Buffer.alloc(10, 7)
      expect(await handle.read(into, size - 4)).to.equal(4)
      expect(isSame(into.subarray(0, 4), bytes.subarray(-4))).to.equal(true)
      expect([...into.subarray(4)]).to.deep.equal(Array(6).fill(7))
      expect(await handle.read(into, size)).to.equal(0)
      handle.release()
    })

    it('serves many readers of one content at once', async () => {
      const parts = await race(10, async (index) => {
        const handle = await acquired()
        const part = Buffer.alloc(20_000)
        await handle.read(part, index * 20_000)
        handle.release()
        return part
      })
      expect(isSame(Buffer.concat(parts), bytes)).to.equal(true)
    })

    it('keeps a content that is removed for those who have it, and for nobody after', async () => {
      const handle = await acquired()
      const other = await acquired()
      await store.remove(id)
      expect(await store.acquire(id)).to.equal(undefined)
      other.release()
      const into = Buffer.alloc(size)
      expect(await handle.read(into, 0)).to.equal(size)
      expect(isSame(into, bytes)).to.equal(true)
      handle.release()
      expect(await store.acquire(id)).to.equal(undefined)
    })

    it('does not give the content of another id', async () => {
      const other = anAudio().id
      await store.write(other, inPieces(someBytes(10, 'other')))
      const [handle, otherHandle] = [await acquired(), await store.acquire(other)]
      const into = Buffer.alloc(10)
      await otherHandle?.read(into, 0)
      expect(isSame(into, someBytes(10, 'other'))).to.equal(true)
      await handle.read(into, 0)
      expect(isSame(into, bytes.subarray(0, 10))).to.equal(true)
      handle.release()
      otherHandle?.release()
    })
  })
}
