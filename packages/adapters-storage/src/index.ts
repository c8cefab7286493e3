export { DiskAudioContentStore } from './disk/disk-audio-content-store.ts'
export { nodeFileSystem, type DiskFile, type DiskFileSystem } from './disk/disk-file-system.ts'
