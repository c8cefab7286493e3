export { DiskAudioContentStore } from './disk-audio-content-store.ts'
