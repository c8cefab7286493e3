import type { IncomingMessage } from 'node:http'
import { PassThrough } from 'node:stream'
import { expect } from 'chai'
import sinon from 'sinon'
import { SilenceTimer } from './silence-timer.ts'

describe('SilenceTimer', () => {
  let clock: sinon.SinonFakeTimers
  let request: PassThrough
  let timer: SilenceTimer
  let isGivenUp: boolean

  beforeEach(() => {
    clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    request = new PassThrough()
    isGivenUp = false
    timer = new SilenceTimer(request as unknown as IncomingMessage, {
      idleMs: 1000,
      giveUp: () => (isGivenUp = true),
    })
  })
  afterEach(() => {
    clock.restore()
  })

  it('gives a client up that sends nothing, not one that sends a kilobyte in time, in pieces of any length', () => {
    clock.tick(900)
    for (let piece = 0; piece < 16; piece++) timer.count(64)
    clock.tick(999)
    expect(isGivenUp).to.equal(false)
    clock.tick(1)
    expect(isGivenUp).to.equal(true)
  })

  it('gives no time for less than a kilobyte, and none for being asked for more', () => {
    timer.count(1023)
    clock.tick(900)
    timer.resume()
    clock.tick(100)
    expect(isGivenUp).to.equal(true)
  })

  it('does not count the time in which nobody reads, and gives all of it again afterwards', () => {
    request.pause()
    clock.tick(1900)
    timer.resume()
    clock.tick(999)
    expect(isGivenUp).to.equal(false)
    clock.tick(1)
    expect(isGivenUp).to.equal(true)
  })

  it('ends when it is stopped', () => {
    timer.stop()
    clock.tick(5000)
    expect(isGivenUp).to.equal(false)
  })
})
