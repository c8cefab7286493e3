import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { pino } from 'pino'
import { aService, uploadForm } from './a-service.ts'

/** What the process tells its parent at the start. */
export interface CollectingService {
  readonly origin: string
  readonly cookie: string
  /** The path of a content. */
  readonly content: string
}

/** A service in a process of its own that collects its young generation all the time, and says when asked how large the old one is. */
const service = await aService({ log: pino({ level: 'trace' }, { write: () => undefined }) })
const user = await service.aUser()
const stored = await user.post('/v1/audio/file', { body: uploadForm() })
const told: CollectingService = {
  origin: service.origin,
  cookie: [...user.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
  content: stored.headers.get('location') ?? '',
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as (options: { readonly type: 'minor' | 'major' }) => void
setInterval(() => {
  collect({ type: 'minor' })
}, 20)

process.on('message', (question) => {
  if (question === 'without garbage') collect({ type: 'major' })
  const old = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space')
  process.send?.(old?.space_used_size)
})
process.on('disconnect', () => process.exit())
process.send?.(told)
