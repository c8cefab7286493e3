import { PassThrough } from 'node:stream'
import { expect } from 'chai'
import sinon from 'sinon'
import { startProgressBar } from './progress-bar.ts'
import { formatBytes } from './quantities.ts'

describe('startProgressBar', () => {
  let time: sinon.SinonFakeTimers

  beforeEach(async () => {
    await import('cli-progress')
    time = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
  })
  afterEach(() => {
    time.restore()
  })

  const output = (isTTY: boolean) => Object.assign(new PassThrough(), { isTTY, columns: 100 })
  const written = (stream: PassThrough): string => String(stream.read() ?? '')

  it('draws a bar where somebody looks, and takes it away', async () => {
    const terminal = output(true)
    const bar = await startProgressBar({ label: 'verifying', format: formatBytes }, terminal)
    bar.update(500_000)
    time.tick(1000)
    expect(written(terminal)).to.contain('verifying: 500.0 KB')
    bar.update(1_000_000, 4_000_000)
    time.tick(1000)
    const drawn = written(terminal)
    expect(drawn).to.contain(`verifying [${'='.repeat(8)}${' '.repeat(22)}] 1.0 MB of 4.0 MB`)
    expect(drawn).to.match(/, \d+ s left/)
    bar.stop()
    expect(written(terminal)).to.contain('\u001b[?25h').and.not.contain('\n')
  })

  it('writes a line now and then elsewhere', async () => {
    const log = output(false)
    const bar = await startProgressBar({ label: 'comparing' }, log)
    for (let second = 0; second < 25; second++) {
      time.tick(1000)
      bar.update(second, 100)
    }
    bar.stop()
    expect(written(log)).to.equal('audiohost: comparing: 9 of 100\naudiohost: comparing: 19 of 100\n')
  })
})
