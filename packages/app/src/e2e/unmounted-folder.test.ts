import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { aDatabase } from '@audiohost/adapters-postgres/testing'
import { expect } from 'chai'
import { readSample, startTestServer } from './test-server.ts'

describe('an audio folder that is not mounted', () => {
  it('ends the start where the database knows of audio, and nothing is written into the folder', async () => {
    const database = await aDatabase()
    const folder = await mkdtemp(path.join(tmpdir(), 'audiohost-mount-'))
    const start = (name: string): ReturnType<typeof startTestServer> =>
      startTestServer({ DATABASE_URL: database.url, AUDIO_STORAGE_PATH: path.join(folder, name) })

    const first = await start('mounted')
    const ada = await first.signedIn('ada')
    expect((await ada.upload(await readSample('spoken/cbr.mp3'), 'song.mp3')).status).to.equal(201)
    await first.close()

    const error: unknown = await start('unmounted').catch((refusal: unknown) => refusal)
    expect(String(error)).to.contain('knows of audio that is not in').and.to.contain('mount its volume')
    expect(await readdir(folder)).to.deep.equal(['mounted'])

    const again = await start('mounted')
    await again.close()
    await database.drop()
    await rm(folder, { recursive: true })
  })
})
