import type { Repositories, User } from '@audiohost/core'
import {
  aUser,
  expectedRefresh,
  exploreRefreshes,
  RefreshServer,
  type ReachedRefreshWorld,
  type RefreshOperation,
  type RefreshOutcome,
  type RefreshWorld,
} from '@audiohost/core/testing'
import { expect } from 'chai'
import { postgresRepositories } from './postgres-repositories.ts'
import { aDatabase, type TestDatabase } from './testing/index.ts'

// Every third world of the model; the whole space runs on the in-memory twin.
const sampled = 3

describe('interleavings of refreshes on two nodes with one database', () => {
  const user: User = aUser()
  let test: TestDatabase
  let nodes: readonly [Repositories, Repositories]
  let worlds: readonly ReachedRefreshWorld[]

  before(async function () {
    this.timeout(60_000)
    test = await aDatabase()
    nodes = [postgresRepositories(test.database), postgresRepositories(test.database)]
    await nodes[0].users.insert(user, undefined)
    const all = await exploreRefreshes(async ({ world }, step) => {
      const [outcome, after] = step.operation ? expectedRefresh(world, step.operation) : [undefined, world]
      return step.next(after, outcome)
    })
    worlds = all.filter(({ world }, index) => world.session !== 'ended' && index % sampled === 0)
  })
  after(() => test.drop())

  const operationsIn = ({ session }: RefreshWorld): readonly RefreshOperation[] => {
    if (session === 'ended') return []
    const newest = [session.generation, session.generation - 1, session.generation - 2]
    return newest
      .filter((generation) => generation >= 1)
      .flatMap((generation) => [
        { kind: 'refresh', generation },
        { kind: 'use', generation },
      ])
  }

  it('does what the model says, whichever node is asked', async function () {
    this.timeout(60_000)
    for (const { world, path } of worlds) {
      for (const operation of operationsIn(world)) {
        const first = await RefreshServer.at(nodes[0], user, world)
        const [outcome, after] = expectedRefresh(world, operation)
        const what = `${path.join(', ')}; ${JSON.stringify(operation)}`
        expect(await first.on(nodes[1]).perform(operation, world.now), what).to.equal(outcome)
        expect(await first.stored(world.now), what).to.deep.equal(after.session)
      }
    }
  })

  it('answers two requests at once on two nodes as if one had come after the other', async function () {
    this.timeout(120_000)
    for (const { world, path } of worlds) {
      const operations = operationsIn(world)
      for (const [index, one] of operations.entries()) {
        for (const other of operations.slice(index)) {
          const server = await RefreshServer.at(nodes[0], user, world)
          const outcomes = await Promise.all([
            server.perform(one, world.now),
            server.on(nodes[1]).perform(other, world.now),
          ])
          const found = JSON.stringify([outcomes, await server.stored(world.now)])
          const what = `${path.join(', ')}; ${JSON.stringify([one, other])}`
          expect(serialOutcomes(world, one, other), what).to.include(found)
        }
      }
    }
  })
})

/**
 * What either order gives. A use that another request overtakes between its read and its confirmation counts
 * as the first.
 */
function serialOutcomes(
  world: RefreshWorld,
  one: RefreshOperation,
  other: RefreshOperation,
): readonly string[] {
  const inOrder = (operations: readonly [RefreshOperation, RefreshOperation]) => {
    const [first, afterFirst] = expectedRefresh(world, operations[0])
    const [second, afterBoth] = expectedRefresh(afterFirst, operations[1])
    return { outcomes: [first, second] as [RefreshOutcome, RefreshOutcome], session: afterBoth.session }
  }
  const forwards = inOrder([one, other])
  const backwards = inOrder([other, one])
  const results = [
    [forwards.outcomes, forwards.session],
    [backwards.outcomes.toReversed(), backwards.session],
  ]
  return results.map((result) => JSON.stringify(result))
}
