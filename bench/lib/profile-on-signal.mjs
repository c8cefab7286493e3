// `node --import profile-on-signal.mjs`: SIGUSR2 begins a profile of the processor, the next one writes it to PROFILE_FILE.
import { writeFileSync } from 'node:fs'
import { Session } from 'node:inspector'

let session

process.on('SIGUSR2', () => {
  if (session) write()
  else begin()
})

function begin() {
  session = new Session()
  session.connect()
  session.post('Profiler.enable')
  session.post('Profiler.setSamplingInterval', { interval: 200 })
  session.post('Profiler.start')
}

function write() {
  session.post('Profiler.stop', (error, { profile }) => {
    writeFileSync(process.env.PROFILE_FILE, JSON.stringify(profile))
  })
  session.disconnect()
  session = undefined
}
