import type { AudioContentStore } from '@audiohost/core'
import { InMemoryAudioContentStore } from '@audiohost/core/in-memory'
import { DiskAudioContentStore } from '@audiohost/adapters-storage'
import type { StorageConfig } from './config.ts'

/**
 * The content store that the configuration names, checked to be there. `isNew` allows an empty folder to become one:
 * where rows of audio exist already, an empty folder is a disk that is not mounted.
 */
export async function openContents(
  storage: StorageConfig,
  { isNew }: { readonly isNew: boolean },
): Promise<AudioContentStore> {
  switch (storage.driver) {
    case 'memory':
      return new InMemoryAudioContentStore()
    case 'disk':
      return isNew ? DiskAudioContentStore.open(storage.folder) : openExisting(storage.folder)
    case 'gcs': {
      // Loaded only where it is used: it costs a third of a second.
      const { GcsAudioContentStore } = await import('@audiohost/adapters-storage/gcs')
      return new GcsAudioContentStore(storage)
    }
  }
}

async function openExisting(folder: string): Promise<AudioContentStore> {
  try {
    return await DiskAudioContentStore.openExisting(folder)
  } catch (cause) {
    const advice = 'mount its volume, or set STORAGE_DRIVER and AUDIO_STORAGE_PATH to where the audio is'
    throw new Error(`The database knows of audio that is not in ${folder}: ${advice}`, { cause })
  }
}
