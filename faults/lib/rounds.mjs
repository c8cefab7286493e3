import { setTimeout as delay } from 'node:timers/promises'
import { say } from '../../scripts/setup.mjs'
import { ageLeftovers, checkAcknowledged, endAttempts, leftOver } from './check.mjs'
import { Client } from './client.mjs'
import { Ledger } from './ledger.mjs'
import { sendOpenAgain, startLoad } from './load.mjs'
import { randomFrom } from './random.mjs'

/** A service with three users, of whom each has a ledger of what they were told. */
export async function beginRun({ app, postgres, seed }) {
  const random = randomFrom(seed)
  const findings = { lost: [], torn: [], phantom: [] }
  await postgres.start()
  await app.start()
  const users = []
  for (const name of ['ada', 'ben', 'cleo']) {
    users.push({ client: await Client.register(app.url, name), ledger: new Ledger(findings), random })
  }
  const counts = { rounds: 0, 'left behind': 0, 'left over after the sweep': 0 }
  return { app, postgres, users, findings, random, counts, recoveries: [] }
}

/** Strikes the service so many times while it works, or until something has been found. */
export async function strikeAtRandom(run, { name, rounds, strike }) {
  while (run.counts.rounds < rounds && !hasFindings(run)) {
    await strikeOnce(run, strike)
    if (run.counts.rounds % 10 > 0 && run.counts.rounds < rounds) continue
    await sweep(run)
    say(`${name}: ${run.counts.rounds} of ${rounds}, ${JSON.stringify(figuresOf(run))}`)
  }
  if (!hasFindings(run)) await checkAcknowledged(run.users, { readsEach: Infinity, random: run.random })
}

/** Under load: what the strike returns brings back what it took. Then everything acknowledged must be there. */
async function strikeOnce(run, strike) {
  const { app, postgres, users, random } = run
  const load = startLoad(users, 4)
  await delay(random.between(50, 1500))
  const bringBack = await strike(run)
  // What is left runs into what is gone.
  await delay(random.between(0, 400))
  const began = Date.now()
  await bringBack()
  await app.ready()
  run.recoveries.push(Date.now() - began)
  await delay(random.between(0, 300))
  await load.stop()
  await endAttempts(postgres.url)
  await Promise.all(users.map(sendOpenAgain))
  run.counts.rounds++
  await checkAcknowledged(users, { readsEach: 20, random })
}

async function sweep({ app, postgres, counts }) {
  counts['left behind'] += (await leftOver(postgres.url, app.audioFolder)).length
  await ageLeftovers(postgres.url, app.audioFolder)
  await app.sweep()
  counts['left over after the sweep'] += (await leftOver(postgres.url, app.audioFolder)).length
}

export const hasFindings = ({ findings }) => Object.values(findings).some(({ length }) => length > 0)

export function figuresOf({ users, findings, counts, recoveries }) {
  const sum = (name) => users.reduce((total, { ledger }) => total + ledger[name], 0)
  const sorted = recoveries.toSorted((one, other) => one - other)
  return {
    ...counts,
    acknowledged: sum('acknowledged'),
    'kept without an answer': sum('keptUnasked'),
    'sent again by key': sum('answeredAgain'),
    ...Object.fromEntries(Object.entries(findings).map(([name, { length }]) => [name, length])),
    'median recovery in ms': sorted[sorted.length >> 1],
    'slowest recovery in ms': sorted.at(-1),
  }
}

export const failuresOf = ({ findings, counts }) => [
  ...Object.entries(findings).flatMap(([name, found]) => found.map((finding) => `${name}: ${finding}`)),
  ...(counts['left over after the sweep'] > 0 ? ['the sweep left something over'] : []),
]
