import { UploadTarget } from './upload-target.ts'

/** A process of its own, that nothing of the test runner keeps alive; prints its port. */
const target = await UploadTarget.open({ idleMs: 1000 })
target.use = async (upload) => {
  const name = upload.fileName ?? ''
  if (name.startsWith('refuse-before')) throw new Error('Refused before the content')
  if (name.startsWith('refuse-within')) {
    for await (const chunk of upload.content)
      if (chunk.length > 0) throw new Error('Refused within the content')
  }
  const stored = await target.store(upload)
  if (name.startsWith('refuse-behind')) throw new Error('Refused behind the content')
  return stored
}
process.stdout.write(`${target.server.port}\n`)
