import { getPriority, platform, setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'
import { hashSync, verifySync } from '@node-rs/argon2'
import type { HashingResult, HashingTask } from './hashing-messages.ts'

/** The other side of `HashingThread`: one hash after another. */
if (!parentPort) throw new Error('This file runs in a worker thread')
const parent = parentPort

// Of this thread alone, on Linux; elsewhere it would be that of the whole process. With as many threads as processors, equal
// rights would halve what is left for all other requests (docs/decisions/0030).
const niceness = 10
if (platform() === 'linux') giveWay()

/** A process that gives way more than that already may not be allowed to take anything back. */
function giveWay(): void {
  if (getPriority() < niceness) setPriority(niceness)
}

function resultOf(task: HashingTask): HashingResult {
  try {
    const value =
      task.kind === 'hash'
        ? hashSync(task.password, task.options)
        : verifySync(task.hashed, task.password, task.options)
    return { kind: 'done', value }
  } catch (error) {
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error) }
  }
}

parent.on('message', (task: HashingTask) => {
  parent.postMessage(resultOf(task))
})
