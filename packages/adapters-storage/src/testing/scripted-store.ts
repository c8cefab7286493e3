import { expect } from 'chai'
import { ScriptedS3, type Fault } from './scripted-s3.ts'
import { S3AudioContentStore, type S3AudioContentStoreOptions } from '../s3/s3-audio-content-store.ts'

export const partBytes = 65_536

export interface ScriptedStore {
  readonly s3: ScriptedS3
  readonly store: S3AudioContentStore
  /** Another store on the same bucket. */
  another(retries?: S3AudioContentStoreOptions['retries']): S3AudioContentStore
  /** Lets the requests of this kind fail so many times. */
  failing(kind: RegExp, fault: Fault, times?: number): void
  countOf(kind: RegExp): number
  expectNothingLeft(): void
}

/** A store on a scripted bucket, both new for each test. */
export function aScriptedStore(): ScriptedStore {
  let s3: ScriptedS3
  let store: S3AudioContentStore

  const another: ScriptedStore['another'] = (retries) =>
    new S3AudioContentStore({
      endpoint: s3.endpoint,
      bucket: 'bucket',
      credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
      partBytes,
      retries: { limit: 2, answerTimeoutMs: 300, idleTimeoutMs: 200, deadlineMs: 20_000, ...retries },
    })

  beforeEach(async () => {
    s3 = await ScriptedS3.start()
    store = another()
  })

  afterEach(() => s3.stop())

  return {
    get s3() {
      return s3
    },
    get store() {
      return store
    },
    another,
    failing(kind, fault, times = Infinity) {
      let left = times
      s3.fault = (request) => (kind.test(request) && left-- > 0 ? fault : undefined)
    },
    countOf: (kind) => s3.requests.filter((request) => kind.test(request)).length,
    expectNothingLeft() {
      expect([...s3.bucket.objects.keys(), ...s3.bucket.uploads.keys()]).to.deep.equal([])
    },
  }
}
