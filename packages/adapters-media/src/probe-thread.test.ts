import { errorOf } from '@audiohost/core/testing'
import { expect } from 'chai'
import { contentOf } from '../samples/content-of.ts'
import { flacWithLongLyrics, isOfLyrics } from '../samples/long-lyrics.ts'
import { defaultProbeLimits } from './buffered-content.ts'
import { ProbeThread, ProbeThreadLost } from './probe-thread.ts'

const limits = { ...defaultProbeLimits, thinkingMs: 1000 }

describe('ProbeThread', () => {
  /** The thread ends when it reads where the predicate says so. */
  async function probeUntil(isEnd: (start: number, end: number) => boolean) {
    const thread = await ProbeThread.start(limits)
    const content = contentOf(flacWithLongLyrics)
    const read = async (start: number, end: number) => {
      if (isEnd(start, end)) await thread.stop()
      return content.read(start, end)
    }
    return { thread, result: thread.probe({ ...content, read }, 'flac') }
  }

  it('has the verdict of the container if reading the tags ends the thread', async () => {
    const { thread, result } = await probeUntil(isOfLyrics)
    expect(await result)
      .to.have.property('media')
      .that.deep.includes({ codec: 'flac', durationSeconds: 1, tags: {} })
    expect(thread.isLost).to.equal(true)
  })

  it('has no verdict if judging the container ends the thread', async () => {
    const { thread, result } = await probeUntil(() => true)
    expect(await errorOf(result)).to.be.instanceOf(ProbeThreadLost)
    expect(thread.isLost).to.equal(true)
  })
})
