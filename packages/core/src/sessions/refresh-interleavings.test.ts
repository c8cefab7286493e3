import { expect } from 'chai'
import {
  aUser,
  expectedRefresh,
  exploreRefreshes,
  inMemoryRepositories,
  refreshStepsFrom,
  RefreshServer,
  type ReachedRefreshWorld,
  type RefreshWorld,
} from '../testing/index.ts'

// Invariants of the contract, checked in every world that two tabs, a thief and lost responses can reach.
describe('every interleaving of refreshes, uses, lost responses and theft', () => {
  let worlds: readonly ReachedRefreshWorld[]
  const user = aUser()
  const repositories = inMemoryRepositories()
  const generations = [1, 2, 3, 4]
  let steps = 0

  before(async () => {
    await repositories.users.insert(user, undefined)
    worlds = await exploreRefreshes(async (from, step) => {
      steps++
      const { world, path } = from
      if (!step.operation) return step.next(world, undefined)
      const [outcome, after] = expectedRefresh(world, step.operation)
      const server = await RefreshServer.at(repositories, user, world)
      const what = [...path, step.name].join(', ')
      expect(await server.perform(step.operation, world.now), what).to.equal(outcome)
      expect(await server.stored(world.now), what).to.deep.equal(after.session)
      return step.next(after, outcome)
    })
  })

  const serverAt = (world: RefreshWorld): Promise<RefreshServer> =>
    RefreshServer.at(repositories, user, world)
  const pathOf = ({ path }: ReachedRefreshWorld): string => path.join(', ') || 'at the beginning'
  const hasTheft = ({ path }: ReachedRefreshWorld): boolean => path.some((name) => name.includes('thief'))
  const living = (): readonly ReachedRefreshWorld[] => worlds.filter(({ world }) => world.session !== 'ended')

  const expectEnded = async (server: RefreshServer, reached: ReachedRefreshWorld): Promise<void> => {
    for (const generation of generations) {
      for (const kind of ['refresh', 'use'] as const) {
        const outcome = await server.perform({ kind, generation }, reached.world.now)
        expect(outcome, pathOf(reached)).to.equal('refused')
      }
    }
  }

  it('is a space large enough to mean something', () => {
    expect(worlds.length).to.be.greaterThan(200)
    expect(steps).to.be.greaterThan(1000)
    expect(worlds.some(({ world }) => world.session === 'ended')).to.equal(true)
  })

  it('never signs an honest client out without a theft, and lets it go on from everywhere', async () => {
    for (const reached of worlds.filter((candidate) => !hasTheft(candidate))) {
      const { world } = reached
      expect(world.session, pathOf(reached)).to.not.equal('ended')
      expect(world.jar, pathOf(reached)).to.be.a('number')
      const server = await serverAt(world)
      const refresh = { kind: 'refresh', generation: world.jar ?? 0 } as const
      expect(await server.perform(refresh, world.now), pathOf(reached)).to.be.a('number')
    }
  })

  it('returns the same successor to every party that presents a token', async () => {
    for (const reached of living()) {
      const { now, session } = reached.world
      if (session === 'ended') continue
      for (const generation of generations) {
        const outcome = await (await serverAt(reached.world)).perform({ kind: 'refresh', generation }, now)
        if (typeof outcome === 'number') expect(outcome, pathOf(reached)).to.equal(generation + 1)
      }
    }
  })

  it('ends the session for both once one of them is behind a generation that was confirmed longer than the grace', async () => {
    let divided = 0
    for (const reached of living()) {
      const { world } = reached
      const { session, jar, stolen } = world
      if (session === 'ended' || session.firstUsedAt === undefined || world.now - session.firstUsedAt <= 10)
        continue
      for (const behind of [jar, stolen]) {
        if (behind === undefined || behind >= session.generation) continue
        divided++
        const server = await serverAt(world)
        const refresh = { kind: 'refresh', generation: behind } as const
        expect(await server.perform(refresh, world.now), pathOf(reached)).to.equal('refresh_token_reused')
        await expectEnded(server, reached)
      }
    }
    expect(divided).to.be.greaterThan(10)
  })

  it('reports a theft of an older token at its first use', async () => {
    for (const reached of living()) {
      const { session, now } = reached.world
      if (session === 'ended') continue
      for (let generation = 1; generation < session.generation - 1; generation++) {
        const outcome = await (await serverAt(reached.world)).perform({ kind: 'refresh', generation }, now)
        expect(outcome, pathOf(reached)).to.equal('refresh_token_reused')
      }
    }
  })

  it('does not notice a thief who only ever uses what the owner has used before: the known limit', () => {
    const follow = [
      'the thief copies the jar',
      'the thief refreshes',
      'A sends a refresh',
      'A gets its response',
      'a tab uses the access token',
      'the grace passes',
      'the thief uses the access token',
      'the thief refreshes',
      'A sends a refresh',
      'A gets its response',
    ]
    const first = worlds[0]?.world
    const last = follow.reduce<RefreshWorld | undefined>((world, name) => {
      const step = world && refreshStepsFrom(world).find((candidate) => candidate.name === name)
      if (!world || !step) return undefined
      const [outcome, after] = step.operation ? expectedRefresh(world, step.operation) : [undefined, world]
      return step.next(after, outcome)
    }, first)
    expect(last).to.deep.include({ jar: 3, stolen: 3, session: { generation: 3, firstUsedAt: undefined } })
  })
})
