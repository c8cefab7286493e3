import { expect } from 'chai'
import { InvalidConfig, readConfig } from './config.ts'

const strong = 'q8Zt3vN1xKc5RyW7uJp2LmB9sDf4HgT6aEoViYkXnQw'
const external = { DATABASE_URL: 'postgres://ann:pw@db:5432/audio', INTERNAL_SECRET: strong }

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment)
  } catch (error) {
    if (error instanceof InvalidConfig) return error.problems
    throw error
  }
  return []
}

describe('readConfig', () => {
  it('needs nothing: every variable has a default', () => {
    const config = readConfig({})
    expect(config).to.include({ port: 8000, host: '127.0.0.1', maxUploadBytes: 1024 ** 3, rateLimits: 'on' })
    expect(config.publicUrl.href).to.equal('http://localhost:8000/')
    expect(config.database).to.deep.equal({ kind: 'embedded', poolSize: 10 })
    expect(config.storage).to.deep.equal({ driver: 'disk', folder: `${process.cwd()}/data/audio` })
    expect(config.secrets).to.deep.equal({ current: undefined, previous: [] })
    expect(config.warnings).to.deep.equal([])
  })

  it('gives one address a quarter of all connections unless it says otherwise', () => {
    expect(readConfig({})).to.include({ maxConnections: 4096, maxConnectionsPerAddress: 1024 })
    const { maxConnectionsPerAddress } = readConfig({ MAX_CONNECTIONS: '50' })
    expect(maxConnectionsPerAddress).to.equal(13)
    const own = readConfig({ MAX_CONNECTIONS: '50', MAX_CONNECTIONS_PER_ADDRESS: '50' })
    expect(own).to.include({ maxConnections: 50, maxConnectionsPerAddress: 50 })
    expect(problemsOf({ MAX_CONNECTIONS: '50', MAX_CONNECTIONS_PER_ADDRESS: '51' })).to.deep.equal([
      'MAX_CONNECTIONS_PER_ADDRESS must not be greater than MAX_CONNECTIONS (50)',
    ])
  })

  it('refuses two listeners on one port, unless the system chooses it', () => {
    expect(problemsOf({ HEALTH_PORT: '8000' })).to.deep.equal(['HEALTH_PORT must not be the same as PORT'])
    expect(problemsOf({ METRICS_PORT: '80', PORT: '80' })).to.deep.equal([
      'METRICS_PORT must not be the same as PORT',
    ])
    expect(problemsOf({ HEALTH_PORT: '9', METRICS_PORT: '9' })).to.deep.equal([
      'HEALTH_PORT must not be the same as METRICS_PORT',
    ])
    expect(problemsOf({ PORT: '0', HEALTH_PORT: '0', METRICS_PORT: '0' })).to.deep.equal([])
    expect(readConfig({}).healthPort).to.equal(undefined)
  })

  it('takes an empty variable for a missing one', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: '', YANDEX_CLIENT_ID: '' }).port).to.equal(8000)
  })

  it("reads the origin's .env as it is", () => {
    const config = readConfig({
      DB_NAME: 'audio',
      DB_USER: 'ann',
      DB_PASSWORD: 'p@ss/word',
      DB_HOST: 'db',
      DB_PORT: '5433',
      YANDEX_CLIENT_ID: 'id',
      YANDEX_CLIENT_SECRET: 'secret',
      YANDEX_REDIRECT_URI: 'http://localhost:8000/v1/auth/yandex/callback',
      INTERNAL_SECRET: strong,
      INTERNAL_TOKEN_EXPIRE_HOURS: '24',
      AUDIO_STORAGE_PATH: '/srv/audio',
    })
    expect(config.database).to.deep.include({
      kind: 'external',
      address: { host: 'db', port: 5433, user: 'ann', password: 'p@ss/word', database: 'audio' },
    })
    expect(config.yandex).to.include({ clientId: 'id', clientSecret: 'secret' })
    expect(config.sessionIdleSeconds).to.equal(24 * 3600)
    expect(config.storage).to.deep.equal({ driver: 'disk', folder: '/srv/audio' })
  })

  it('names every bad variable together, also those that depend on others', () => {
    const problems = problemsOf({
      PORT: 'http',
      MAX_UPLOAD_BYTES: '-1',
      STORAGE_DRIVER: 'tape',
      PUBLIC_URL: 'ftp://x',
      INTERNAL_SECRET: 'short',
      DB_USER: 'ann',
    })
    expect(problems).to.have.length(6)
    for (const name of ['PORT', 'MAX_UPLOAD_BYTES', 'STORAGE_DRIVER', 'PUBLIC_URL', 'INTERNAL_SECRET']) {
      expect(problems.some((problem) => problem.startsWith(`${name} must be`))).to.equal(true, name)
    }
  })

  const refusals: [title: string, environment: Record<string, string>, names: string][] = [
    ['a port beyond the last', { PORT: '65536' }, 'PORT'],
    ['a charset that nothing is encoded in', { TAG_CHARSET: 'klingon' }, 'TAG_CHARSET must be auto or'],
    ['a port with a sign', { PORT: '+80' }, 'PORT'],
    ['a database URL of another kind', { ...external, DATABASE_URL: 'mysql://x' }, 'DATABASE_URL'],
    ['DB_ variables without a name', { DB_USER: 'ann', INTERNAL_SECRET: strong }, 'DB_NAME'],
    ['a bucket that is missing', { STORAGE_DRIVER: 'gcs' }, 'GCS_BUCKET'],
    ['a bucket that is missing on S3', { STORAGE_DRIVER: 's3' }, 'S3_BUCKET'],
    [
      'half of the keys to S3',
      { STORAGE_DRIVER: 's3', S3_BUCKET: 'audio', S3_SECRET_ACCESS_KEY: 'half-of-the-keys' },
      'S3_ACCESS_KEY_ID',
    ],
    ['links into a disk', { CONTENT_DELIVERY: 'redirect' }, 'CONTENT_DELIVERY'],
    ['links into memory', { CONTENT_DELIVERY: 'redirect', STORAGE_DRIVER: 'memory' }, 'CONTENT_DELIVERY'],
    [
      'files for a web server that are in a bucket',
      {
        CONTENT_DELIVERY: 'x-accel',
        STORAGE_DRIVER: 'gcs',
        GCS_BUCKET: 'audio',
        TRUSTED_PROXIES: 'loopback',
      },
      'CONTENT_DELIVERY',
    ],
    ['files for a web server that is not named', { CONTENT_DELIVERY: 'x-accel' }, 'TRUSTED_PROXIES'],
    ['links that last too long', { CONTENT_LINK_SECONDS: '43201' }, 'CONTENT_LINK_SECONDS'],
    ['a public URL with a query', { PUBLIC_URL: 'https://example.org/audio?a=b' }, 'PUBLIC_URL'],
    ['a public URL with an empty query', { PUBLIC_URL: 'https://example.org/audio?' }, 'PUBLIC_URL'],
    ['a public URL with a fragment', { PUBLIC_URL: 'https://example.org/audio#top' }, 'PUBLIC_URL'],
    ['a public URL with a password', { PUBLIC_URL: 'https://ann:pw@example.org/' }, 'PUBLIC_URL'],
    ['half of Yandex', { YANDEX_CLIENT_ID: 'id' }, 'YANDEX_CLIENT_SECRET'],
    ['origins with a path', { CORS_ORIGINS: 'https://a.example/x' }, 'CORS_ORIGINS'],
    ['an origin that is *', { CORS_ORIGINS: '*' }, 'CORS_ORIGINS'],
    ['a proxy that is no address', { TRUSTED_PROXIES: '10.0.0.0/33' }, 'TRUSTED_PROXIES'],
    ['a block that trusts every address', { TRUSTED_PROXIES: '10.0.0.1, 0.0.0.0/0' }, 'TRUSTED_PROXIES'],
    ['rate limits that are neither on nor off', { RATE_LIMITS: 'no' }, 'RATE_LIMITS'],
    ['a log level that does not exist', { LOG_LEVEL: 'loud' }, 'LOG_LEVEL'],
    ['no secret with an external database', { DATABASE_URL: external.DATABASE_URL }, 'INTERNAL_SECRET'],
    ['no secret in production', { NODE_ENV: 'production' }, 'INTERNAL_SECRET'],
    ['a short secret', { INTERNAL_SECRET: 'short' }, 'INTERNAL_SECRET'],
    [
      'a well-known secret',
      { INTERNAL_SECRET: 'changemechangemechangemechangemechangeme' },
      'INTERNAL_SECRET',
    ],
    ['a weak secret of before', { INTERNAL_SECRET_PREVIOUS: 'short' }, 'INTERNAL_SECRET_PREVIOUS'],
    [
      'a secret that opens the storage too',
      { INTERNAL_SECRET: strong, S3_SECRET_ACCESS_KEY: strong },
      'INTERNAL_SECRET',
    ],
    [
      'one secret for two uses',
      { INTERNAL_SECRET: strong, DB_NAME: 'a', DB_USER: 'b', DB_PASSWORD: strong },
      'INTERNAL_SECRET',
    ],
  ]
  for (const [title, environment, name] of refusals) {
    it(`refuses ${title}, by name and without its value`, () => {
      const problems = problemsOf(environment)
      expect(problems.join('\n')).to.contain(name)
      for (const value of Object.values(environment).filter((value) => value.length > 10)) {
        expect(problems.join('\n')).not.to.contain(value)
      }
    })
  }

  it('delivers contents through the service unless it is told to redirect, for five minutes unless told otherwise', () => {
    expect(readConfig({}).delivery).to.deep.equal({ kind: 'proxy' })
    const xAccel = { CONTENT_DELIVERY: 'x-accel', TRUSTED_PROXIES: 'loopback' }
    expect(readConfig(xAccel).delivery).to.deep.equal({ kind: 'x-accel' })
    const redirect = { CONTENT_DELIVERY: 'redirect', STORAGE_DRIVER: 'gcs', GCS_BUCKET: 'audio' }
    expect(readConfig(redirect).delivery).to.deep.equal({ kind: 'redirect', linkSeconds: 300 })
    expect(readConfig({ ...redirect, CONTENT_LINK_SECONDS: '60' }).delivery).to.include({ linkSeconds: 60 })
  })

  it('reads what an S3 service needs, and makes parts so large that 10,000 hold the largest upload', () => {
    const { storage } = readConfig({
      STORAGE_DRIVER: 's3',
      S3_BUCKET: 'audio',
      S3_ENDPOINT: 'https://s3.example.org/path/',
      S3_REGION: 'auto',
      S3_FORCE_PATH_STYLE: 'off',
      S3_ACCESS_KEY_ID: 'id',
      S3_SECRET_ACCESS_KEY: 'secret',
      MAX_UPLOAD_BYTES: (100 * 1024 ** 3).toString(),
    })
    expect(storage).to.deep.equal({
      driver: 's3',
      bucket: 'audio',
      prefix: 'audio/',
      region: 'auto',
      endpoint: 'https://s3.example.org/path',
      forcePathStyle: false,
      credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
      partBytes: 11 * 1024 ** 2,
    })
  })

  it('leaves to S3 what is not said of it', () => {
    const { storage } = readConfig({ STORAGE_DRIVER: 's3', S3_BUCKET: 'audio' })
    expect(storage).to.deep.include({ region: undefined, endpoint: undefined, forcePathStyle: undefined })
    expect(storage).to.deep.include({ credentials: undefined, partBytes: 8 * 1024 ** 2 })
  })

  const publicUrls = [
    ['https://example.org', 'https://example.org/'],
    ['https://example.org/audio/', 'https://example.org/audio'],
    ['https://example.org//audio//files/', 'https://example.org/audio/files'],
    ['https://example.org/my audio', 'https://example.org/my%20audio'],
    ['https://example.org/x/../audio', 'https://example.org/audio'],
  ] as const
  for (const [given, read] of publicUrls) {
    it(`reads PUBLIC_URL=${given} as ${read}`, () => {
      expect(readConfig({ PUBLIC_URL: given }).publicUrl.href).to.equal(read)
    })
  }

  it('warns if Yandex would send browsers to another place than the callback below PUBLIC_URL', () => {
    const yandex = {
      YANDEX_CLIENT_ID: 'id',
      YANDEX_CLIENT_SECRET: 'secret',
      PUBLIC_URL: 'https://a.example/b/',
    }
    const callback = 'https://a.example/b/v1/auth/yandex/callback'
    const warningsFor = (redirectUri: string) =>
      readConfig({ ...yandex, YANDEX_REDIRECT_URI: redirectUri }).warnings
    expect(warningsFor(callback)).to.deep.equal([])
    const [warning, ...others] = warningsFor('https://a.example/v1/auth/yandex/callback')
    expect(warning).to.include('YANDEX_REDIRECT_URI').and.include(callback)
    expect(others).to.deep.equal([])
  })

  it('warns of what is allowed and probably not meant', () => {
    const { warnings } = readConfig({
      PUBLIC_URL: 'http://audio.example',
      RATE_LIMITS: 'off',
      STORAGE_DRIVER: 'memory',
    })
    expect(warnings).to.have.length(3)
  })
})
