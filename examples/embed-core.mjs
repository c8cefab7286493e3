// The domain without a server or a database: an account, an upload, and a part of its bytes back.
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import {
  Authenticate,
  ListAudio,
  LogIn,
  OpenAudio,
  parseSearch,
  RegisterUser,
  UploadAudio,
} from '@audiohost/core'
import { inMemoryAdapters } from '@audiohost/core/in-memory'

const adapters = inMemoryAdapters()
const credentials = { email: 'ann@example.com', password: 'four words to remember' }
await new RegisterUser(adapters).execute({ name: 'Ann', surname: 'Lee', ...credentials })
const { tokens } = await new LogIn(adapters).execute({ ...credentials, userAgent: 'an example' })
const { actor } = await new Authenticate(adapters).execute(tokens)

const { id } = await new UploadAudio(adapters).execute({
  actor,
  fileName: 'song.mp3',
  content: Readable.from([Buffer.from('ID3 and the rest of a song')]),
  details: async () => ({ title: 'A song' }),
})

const page = { limit: 10, after: undefined }
const filter = { search: parseSearch('song'), order: { by: 'relevance' } }
const { items } = await new ListAudio(adapters).execute({ actor, page, filter })
const { content } = await new OpenAudio(adapters).execute({ actor, id })
console.log(`${items[0].title}: ${await text(await content({ start: 8, end: 15 }))}`)
