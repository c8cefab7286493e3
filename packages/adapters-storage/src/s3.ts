export { S3AudioContentStore, type S3AudioContentStoreOptions } from './s3/s3-audio-content-store.ts'
