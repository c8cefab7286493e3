import { parentPort, workerData } from 'node:worker_threads'
import type { ProbeVerdict, RandomAccessContent } from '@audiohost/core'
import { MusicMetadataProbe } from './music-metadata-probe.ts'
import type { FromProbeThread, ProbeThreadData, ToProbeThread } from './probe-messages.ts'
import { lowerThreadPriority, threadPath } from './thread-cpu.ts'

/** The other side of `ProbeThread`: one probe after another, each reading through its parent. */
if (!parentPort) throw new Error('This file runs in a worker thread')
const parent = parentPort
const { limits, tagCharset } = workerData as ProbeThreadData
const probe = new MusicMetadataProbe(limits, tagCharset)
let answer: ((reply: ToProbeThread) => void) | undefined

const tell = (message: FromProbeThread): void => {
  parent.postMessage(message)
}

const ask = (message: FromProbeThread): Promise<ToProbeThread> =>
  new Promise((resolve) => {
    answer = resolve
    tell(message)
  })

const contentOf = (sizeBytes: number): RandomAccessContent => ({
  sizeBytes,
  read: async (start, end) => {
    const reply = await ask({ kind: 'read', start, end })
    if (reply.kind !== 'bytes') throw new Error('The storage failed')
    return reply.bytes
  },
})

parent.on('message', (message: ToProbeThread) => {
  if (message.kind !== 'probe') {
    answer?.(message)
    return
  }
  const onContainer = async (verdict: ProbeVerdict): Promise<void> => {
    await ask({ kind: 'container', verdict })
  }
  probe.probeInSteps(contentOf(message.sizeBytes), message.format, onContainer).then(
    (verdict) => {
      tell({ kind: 'verdict', verdict })
    },
    () => {
      tell({ kind: 'failed' })
    },
  )
})
lowerThreadPriority()
tell({ kind: 'ready', path: threadPath() })
