import { expect } from 'chai'
import { readConfig } from './config.ts'
import { describeConfig } from './describe-config.ts'

describe('describeConfig', () => {
  it('shows the charset of tags by its name in the Encoding Standard', () => {
    expect(describeConfig(readConfig({}))).to.include({ tagCharset: 'auto' })
    expect(describeConfig(readConfig({ TAG_CHARSET: 'AUTO' }))).to.include({ tagCharset: 'auto' })
    expect(describeConfig(readConfig({ TAG_CHARSET: 'CP1251' }))).to.include({ tagCharset: 'windows-1251' })
    expect(describeConfig(readConfig({ TAG_CHARSET: 'sjis' }))).to.include({ tagCharset: 'shift_jis' })
  })

  it('shows no secret', () => {
    const secrets = {
      INTERNAL_SECRET: 'q8Zt3vN1xKc5RyW7uJp2LmB9sDf4HgT6aEoViYkXnQw',
      INTERNAL_SECRET_PREVIOUS: 'w7Zt3vN1xKc5RyW7uJp2LmB9sDf4HgT6aEoViYkXnQw',
      YANDEX_CLIENT_SECRET: 'canary-yandex',
      S3_SECRET_ACCESS_KEY: 'canary-s3',
    }
    const shown = JSON.stringify(
      describeConfig(
        readConfig({
          ...secrets,
          DATABASE_URL: 'postgres://ann:canary-db@db/audio?password=canary-query',
          YANDEX_CLIENT_ID: 'id',
          STORAGE_DRIVER: 's3',
          S3_BUCKET: 'bucket',
          S3_ACCESS_KEY_ID: 'key-id',
          YANDEX_REDIRECT_URI: 'http://localhost/cb',
        }),
      ),
    )
    expect(shown).to.contain('ann').and.to.contain('"clientSecret":"set"').and.to.contain('key-id')
    for (const secret of [...Object.values(secrets), 'canary-db', 'canary-query'])
      expect(shown).not.to.contain(secret)
  })
})
