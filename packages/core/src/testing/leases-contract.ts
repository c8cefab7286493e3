import { expect } from 'chai'
import type { Leases } from '../uploads/leases.ts'
import { at } from './builders.ts'
import { countOf, race } from './race.ts'

/** What every `Leases` promises. `make` gives one without leases. */
export function leasesContract({ make }: { readonly make: () => Promise<Leases> }): void {
  let leases: Leases
  const name = 'upload:1'

  beforeEach(async () => {
    leases = await make()
  })

  const acquire = (holder: string, from = 0, to = 10) =>
    leases.acquire({ name, holder }, { now: at(from), endsAt: at(to) })
  const renew = (holder: string, to = 20) => leases.renew({ name, holder }, at(to))

  it('are held by one at a time', async () => {
    expect(await acquire('a')).to.equal('acquired')
    expect(await acquire('b')).to.equal('busy')
    expect(await leases.acquire({ name: 'upload:2', holder: 'b' }, { now: at(0), endsAt: at(10) })).to.equal(
      'acquired',
    )
  })

  it('go to one of those who race', async () => {
    const outcomes = await race(8, (index) => acquire(`holder ${index.toString()}`))
    expect(countOf(outcomes, 'acquired')).to.equal(1)
    expect(countOf(outcomes, 'busy')).to.equal(7)
  })

  it('go to one of those who race for one that has ended', async () => {
    await acquire('dead', 0, 5)
    const outcomes = await race(8, (index) => acquire(`holder ${index.toString()}`, 6, 16))
    expect(countOf(outcomes, 'acquired')).to.equal(1)
  })

  it('end by themselves, unless they are renewed', async () => {
    await acquire('a', 0, 10)
    expect(await renew('a', 20)).to.equal('held')
    expect(await acquire('b', 15, 25)).to.equal('busy')
    expect(await acquire('b', 20, 30)).to.equal('acquired')
    expect(await renew('a', 30)).to.equal('lost')
    expect(await renew('b', 40)).to.equal('held')
  })

  it('tell their holder that somebody waits', async () => {
    await acquire('a')
    expect(await renew('a')).to.equal('held')
    await acquire('b')
    expect(await renew('a')).to.equal('wanted')
    await leases.release({ name, holder: 'a' })
    expect(await acquire('b')).to.equal('acquired')
    expect(await renew('b')).to.equal('held')
  })

  it('tell whether they are held, and disturb their holder by nothing', async () => {
    expect(await leases.isHeld(name, at(0))).to.equal(false)
    await acquire('a', 0, 10)
    expect(await leases.isHeld(name, at(9))).to.equal(true)
    expect(await leases.isHeld('upload:2', at(9))).to.equal(false)
    expect(await leases.isHeld(name, at(10))).to.equal(false)
    expect(await renew('a')).to.equal('held')
  })

  it('are given back by their holder only', async () => {
    await acquire('a')
    await leases.release({ name, holder: 'b' })
    expect(await acquire('b')).to.equal('busy')
    await leases.release({ name, holder: 'a' })
    expect(await renew('a')).to.equal('lost')
    expect(await acquire('b')).to.equal('acquired')
  })

  it('are removed once they have ended', async () => {
    await acquire('a', 0, 10)
    expect(await leases.removeExpired(at(10))).to.equal(0)
    expect(await leases.removeExpired(at(11))).to.equal(1)
    expect(await renew('a')).to.equal('lost')
  })
}
