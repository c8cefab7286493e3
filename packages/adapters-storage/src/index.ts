export { DiskAudioContentStore } from './disk/disk-audio-content-store.ts'
