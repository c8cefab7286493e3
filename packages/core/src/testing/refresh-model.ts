/**
 * The refresh rule of docs/decisions/0003 as a model: two tabs that share a cookie jar, a thief, and
 * responses that get lost. It knows nothing of how a server stores the session, and serves as the reference
 * for one that does.
 */
export interface RefreshWorld {
  /** Seconds. */
  readonly now: number
  /** The generation whose tokens were issued last, and when a client first used them. */
  readonly session: { readonly generation: number; readonly firstUsedAt: number | undefined } | 'ended'
  /** The generation of the tokens in the cookies that both tabs share; `undefined`: signed out. */
  readonly jar: number | undefined
  /** Per tab: the generation that its refresh, now on its way, presents. */
  readonly inFlight: Readonly<Record<Tab, number | undefined>>
  /** The generation that the thief has, once there was a theft. */
  readonly stolen: number | undefined
}

export type Tab = 'A' | 'B'
const tabs = ['A', 'B'] as const

/** What the tokens of a generation are used for. */
export interface Operation {
  readonly kind: 'refresh' | 'use'
  readonly generation: number
}

/** A refresh returns the generation that it hands out; a use is `accepted`. */
export type Outcome = number | 'accepted' | 'refresh_token_reused' | 'refused'

export interface Step {
  readonly name: string
  readonly operation?: Operation
  /** What the parties know after the step. `outcome` is that of the operation. */
  readonly next: (world: RefreshWorld, outcome: Outcome | undefined) => RefreshWorld
}

export const graceSeconds = 10
const longerThanGrace = 11
const maxGeneration = 4

export const firstWorld: RefreshWorld = {
  now: 0,
  session: { generation: 1, firstUsedAt: 0 },
  jar: 1,
  inFlight: { A: undefined, B: undefined },
  stolen: undefined,
}

/** What the contract says about the operation, and what becomes of the session. */
export function expected(world: RefreshWorld, operation: Operation): readonly [Outcome, RefreshWorld] {
  const { session, now } = world
  if (session === 'ended') return ['refused', world]
  const { generation, firstUsedAt } = session
  const ofCurrent = operation.generation === generation
  if (operation.kind === 'use') {
    const used = ofCurrent ? { generation, firstUsedAt: firstUsedAt ?? now } : session
    return ['accepted', { ...world, session: used }]
  }
  if (ofCurrent) {
    const successor = { generation: generation + 1, firstUsedAt: undefined }
    return [successor.generation, { ...world, session: successor }]
  }
  const isParent = operation.generation === generation - 1
  const isInTime = firstUsedAt === undefined || now - firstUsedAt <= graceSeconds
  return isParent && isInTime ? [generation, world] : ['refresh_token_reused', { ...world, session: 'ended' }]
}

/** Everything that may happen next. */
export function stepsFrom(world: RefreshWorld): readonly Step[] {
  if (world.session === 'ended') return []
  return [
    ...tabs.flatMap((tab) => stepsOf(tab, world)),
    ...stepsOfJar(world),
    ...stepsOfThief(world),
    ...time(world),
  ]
}

function stepsOf(tab: Tab, { inFlight, jar, session }: RefreshWorld): readonly Step[] {
  const presented = inFlight[tab]
  const send = (generation: number | undefined) => (world: RefreshWorld) => ({
    ...world,
    inFlight: { ...world.inFlight, [tab]: generation },
  })
  if (presented === undefined) {
    // Refreshes of one jar that overlap present one token: a tab does not refresh twice while the other one
    // waits.
    const others = tabs.flatMap((other) => inFlight[other] ?? [])
    if (jar === undefined || others.some((generation) => generation !== jar) || isLast(session, jar))
      return []
    return [{ name: `${tab} sends a refresh`, next: send(jar) }]
  }
  const operation = { kind: 'refresh', generation: presented } as const
  const answered = send(undefined)
  return [
    {
      name: `${tab} gets its response`,
      operation,
      next: (world, outcome) => ({ ...answered(world), jar: isGeneration(outcome) ? outcome : undefined }),
    },
    { name: `the response to ${tab} gets lost`, operation, next: answered },
    {
      name: `the response to ${tab} goes to the thief only`,
      operation,
      next: (world, outcome) => ({
        ...answered(world),
        stolen: isGeneration(outcome) ? outcome : world.stolen,
      }),
    },
  ]
}

function stepsOfJar({ jar, stolen }: RefreshWorld): readonly Step[] {
  if (jar === undefined) return []
  const use = { kind: 'use', generation: jar } as const
  const steps: Step[] = [{ name: 'a tab uses the access token', operation: use, next: (world) => world }]
  if (stolen !== jar)
    steps.push({ name: 'the thief copies the jar', next: (world) => ({ ...world, stolen: jar }) })
  return steps
}

function stepsOfThief({ stolen, session }: RefreshWorld): readonly Step[] {
  if (stolen === undefined) return []
  const use: Step = {
    name: 'the thief uses the access token',
    operation: { kind: 'use', generation: stolen },
    next: (world) => world,
  }
  if (isLast(session, stolen)) return [use]
  const refresh: Step = {
    name: 'the thief refreshes',
    operation: { kind: 'refresh', generation: stolen },
    next: (world, outcome) => ({ ...world, stolen: isGeneration(outcome) ? outcome : undefined }),
  }
  return [use, refresh]
}

/** No request takes longer than the grace to arrive. */
function time({ inFlight, session }: RefreshWorld): readonly Step[] {
  const isWaiting = tabs.some((tab) => inFlight[tab] !== undefined)
  const isRecent = session !== 'ended' && session.firstUsedAt !== undefined
  if (isWaiting || !isRecent) return []
  return [{ name: 'the grace passes', next: (world) => ({ ...world, now: world.now + longerThanGrace }) }]
}

/** The model ends at some generation: nothing rotates that one. */
const isLast = (session: RefreshWorld['session'], presented: number): boolean =>
  session !== 'ended' && presented === session.generation && presented === maxGeneration

const isGeneration = (outcome: Outcome | undefined): outcome is number => typeof outcome === 'number'

/** Worlds with the same key have the same future. */
export function keyOf({ now, session, jar, inFlight, stolen }: RefreshWorld): string {
  if (session === 'ended') return 'ended'
  const { generation, firstUsedAt } = session
  const isOver = firstUsedAt !== undefined && now - firstUsedAt > graceSeconds
  const tokens = [jar, [inFlight.A, inFlight.B].toSorted(), stolen]
  return JSON.stringify([generation, firstUsedAt !== undefined, isOver, tokens])
}

export interface Reached {
  readonly world: RefreshWorld
  /** The names of the steps that lead there. */
  readonly path: readonly string[]
}

/** Every reachable world, breadth first; `visit` runs each step and returns the next world. */
export async function exploreRefreshes(
  visit: (from: Reached, step: Step) => Promise<RefreshWorld>,
): Promise<readonly Reached[]> {
  const reached: Reached[] = [{ world: firstWorld, path: [] }]
  const seen = new Set([keyOf(firstWorld)])
  for (const from of reached) {
    for (const step of stepsFrom(from.world)) {
      const world = await visit(from, step)
      if (seen.has(keyOf(world))) continue
      seen.add(keyOf(world))
      reached.push({ world, path: [...from.path, step.name] })
    }
  }
  return reached
}
