import { expect } from 'chai'
import { InvalidConfig } from '../config.ts'
import { UsageError } from './command.ts'
import { configWithStore } from './named-store.ts'

describe('configWithStore', () => {
  const environment = {
    STORAGE_DRIVER: 'gcs',
    GCS_BUCKET: 'songs',
    S3_BUCKET: 'audio',
    AUDIO_STORAGE_PATH: '/srv/audio',
  }

  it('takes a driver with the usual variables, whichever STORAGE_DRIVER names', () => {
    expect(configWithStore('disk', environment).storage).to.deep.equal({
      driver: 'disk',
      folder: '/srv/audio',
    })
    expect(configWithStore('gcs', environment).storage).to.include({ driver: 'gcs', bucket: 'songs' })
    expect(configWithStore('s3', environment).storage).to.include({ driver: 's3', bucket: 'audio' })
  })

  it('takes another place of the same kind behind a colon', () => {
    expect(configWithStore('disk:/mnt/a:b', environment).storage).to.include({ folder: '/mnt/a:b' })
    expect(configWithStore('gcs:old', environment).storage).to.include({ bucket: 'old' })
    expect(configWithStore('s3:old', environment).storage).to.include({ bucket: 'old' })
  })

  it('refuses what is no store of other processes, and a driver without what it needs', () => {
    for (const store of ['memory', 'tape', '', 'constructor']) {
      expect(() => configWithStore(store, environment)).to.throw(UsageError)
    }
    expect(() => configWithStore('s3', {})).to.throw(InvalidConfig, 'S3_BUCKET')
  })
})
