import { setTimeout as delay } from 'node:timers/promises'
import { newSound } from './sound.mjs'

const weights = { uploadForm: 20, uploadRaw: 20, uploadParts: 25, remove: 15, rename: 15, read: 20 }
const kibibytes = 1024
const sizes = { small: [2, 64], middle: [64, 1024], large: [1024, 6144] }
let titles = 0
const newTitle = () => `title ${++titles}`

const mostTries = 3

async function upload({ client, ledger, random, isStopping }, how) {
  const [least, most] = sizes[random.weighted({ small: 60, middle: 33, large: 7 })]
  const sound = { ...newSound(random.between(least, most) * kibibytes), title: newTitle() }
  const isKeyed = random.between(0, 1) === 1
  const headers = isKeyed ? { 'Idempotency-Key': `"${sound.sha256}"` } : {}
  const send = () => client[how](sound, headers)
  ledger.sent(sound, isKeyed ? send : undefined)
  let answer = await send()
  for (let tries = 1; isKeyed && isOpen(answer) && tries < mostTries && !isStopping(); tries++) {
    await delay(50)
    answer = await send()
  }
  ledger.answered(sound.sha256, answer)
}

/** No answer, none that is certain, or one that says that the first attempt counts as running. */
const isOpen = ({ status }) => status === undefined || status >= 500 || status === 409

/** What has a key and no answer once more, as its client would do: now that all is well it must be told of one audio. */
export async function sendOpenAgain({ ledger }) {
  for (const { sha256, sendAgain } of ledger.open()) {
    const answer = await sendAgain()
    if (answer.status === 201) ledger.answeredAgain++
    else ledger.refusedAgain(sha256, answer.status)
    ledger.answered(sha256, answer)
  }
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
