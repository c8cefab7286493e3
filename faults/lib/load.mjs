import { setTimeout as delay } from 'node:timers/promises'
import { newSound } from './sound.mjs'

const weights = { uploadForm: 20, uploadRaw: 20, uploadParts: 25, remove: 15, rename: 15, read: 20 }
const kibibytes = 1024
const sizes = { small: [2, 64], middle: [64, 1024], large: [1024, 6144] }
let titles = 0
const newTitle = () => `title ${++titles}`

async function upload({ client, ledger, random }, how) {
  const [least, most] = sizes[random.weighted({ small: 60, middle: 33, large: 7 })]
  const sound = { ...newSound(random.between(least, most) * kibibytes), title: newTitle() }
  const headers = random.between(0, 1) === 0 ? {} : { 'Idempotency-Key': `"${sound.sha256}"` }
  ledger.sent(sound)
  ledger.answered(sound.sha256, await client[how](sound, headers))
}

/** However often it breaks, no offset that was told is taken back. */
async function uploadInParts({ client, ledger, random, isStopping }) {
  const sound = { ...newSound(random.between(...sizes.middle) * kibibytes), title: newTitle() }
  ledger.sent(sound)
  let toldBytes = 0
  const answer = await client.uploadParts(sound, {
    partBytes: Math.ceil(sound.bytes.length / random.between(1, 5)),
    mayGoOn: () => !isStopping(),
    onOffset: (bytes) => {
      if (bytes < toldBytes) ledger.lost(sound, `of ${toldBytes} bytes of its upload ${bytes} are left`)
      toldBytes = bytes
    },
  })
  ledger.answered(sound.sha256, answer.id === '' ? { status: undefined } : answer)
}

const onStored = (act) => async (user) => {
  const sound = user.ledger.take(user.random)
  if (!sound) return
  await act(user, sound)
  user.ledger.give(sound)
}

const operations = {
  uploadForm: (user) => upload(user, 'uploadForm'),
  uploadRaw: (user) => upload(user, 'uploadRaw'),
  uploadParts: uploadInParts,
  remove: onStored(async ({ client, ledger }, sound) => {
    ledger.leaves(sound)
    ledger.left(sound, await client.remove(sound.id))
  }),
  rename: onStored(async ({ client, ledger }, sound) => {
    const title = newTitle()
    ledger.named(sound, title)
    ledger.renamed(sound, await client.rename(sound.id, title))
  }),
  read: onStored(async ({ client, ledger }, sound) => {
    ledger.wasRead(sound, await client.read(sound.id))
  }),
}

/** Uploads, removals, changes and reads of several users at once, without a pause, until it is stopped. */
export function startLoad(users, workersPerUser) {
  let isStopping = false
  const work = async (user) => {
    while (!isStopping) {
      await operations[user.random.weighted(weights)]({ ...user, isStopping: () => isStopping })
      // A server that is away answers at once that it is.
      await delay(2)
    }
  }
  const workers = users.flatMap((user) => Array.from({ length: workersPerUser }, () => work(user)))
  return {
    /** Resolves once all that was asked is answered, or will never be. */
    stop: async () => {
      isStopping = true
      await Promise.all(workers)
    },
  }
}
