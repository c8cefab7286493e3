export { GcsAudioContentStore, type GcsAudioContentStoreOptions } from './gcs-audio-content-store.ts'
