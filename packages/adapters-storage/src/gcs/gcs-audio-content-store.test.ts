import { globalAgent } from 'node:http'
import { audioContentStoreContract } from '@audiohost/core/testing'
import { GcsAudioContentStore } from './gcs-audio-content-store.ts'
import { ScriptedGcs } from '../testing/scripted-gcs.ts'
import { aBucket, emulatorEndpoint } from '../testing/fake-gcs-server.ts'

const chunkBytes = 256 * 1024
const openSockets = async (): Promise<number> =>
  Object.values(globalAgent.sockets)
    .flat()
    .filter((socket) => socket?.destroyed === false).length

describe('GcsAudioContentStore', () => {
  let gcs: ScriptedGcs
  afterEach(() => gcs.stop())

  audioContentStoreContract({
    make: async () => {
      gcs = await ScriptedGcs.start()
      return new GcsAudioContentStore({ bucket: 'bucket', apiEndpoint: gcs.endpoint, chunkBytes })
    },
    openHandles: openSockets,
  })
})

const endpoint = await emulatorEndpoint()

describe('GcsAudioContentStore on fake-gcs-server', () => {
  if (endpoint !== undefined) onEmulator(endpoint)
  else if (process.env['CI'] === 'true' && process.env['REQUIRE_SERVICES'] === '1') {
    it('is tested where services are required', () => {
      throw new Error(
        'There is no fake-gcs-server: set TEST_GCS_ENDPOINT or FAKE_GCS_SERVER, or put it into the PATH',
      )
    })
  } else process.stdout.write('Not tested: Google Cloud Storage on fake-gcs-server, which is not there\n')
})

function onEmulator(apiEndpoint: string): void {
  let made = 0
  audioContentStoreContract({
    make: async () => {
      const bucket = await aBucket(apiEndpoint, `contract-${process.pid}-${++made}`)
      return new GcsAudioContentStore({ bucket, apiEndpoint, chunkBytes })
    },
    openHandles: openSockets,
  })
}
