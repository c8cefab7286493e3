export { GcsAudioContentStore, type GcsAudioContentStoreOptions } from './gcs/gcs-audio-content-store.ts'
