import { lstat } from 'node:fs/promises'
import path from 'node:path'
import type { AudioContentStore, ContentFiles, ContentLinks } from '@audiohost/core'
import { InMemoryAudioContentStore } from '@audiohost/core/in-memory'
import { DiskAudioContentStore } from '@audiohost/adapters-storage'
import type { StorageConfig } from './config-storage.ts'

export interface OpenedContents {
  readonly contents: AudioContentStore
  /** Absent where the store offers none. */
  readonly links?: ContentLinks
  /** Absent where the store keeps no files. */
  readonly files?: ContentFiles
  /** Lets go of what the store holds: once nothing is read or written any more. */
  close(): Promise<void>
}

/**
 * The content store that the configuration names, checked to be there. `isNew` allows an empty folder to become one:
 * where rows of audio exist already, an empty folder is a disk that is not mounted.
 */
export async function openContents(
  storage: StorageConfig,
  { isNew }: { readonly isNew: boolean },
): Promise<OpenedContents> {
  switch (storage.driver) {
    case 'memory':
      return { contents: new InMemoryAudioContentStore(), close: nothingHeld }
    case 'disk':
      return openDisk(storage.folder, { isNew })
    case 'gcs': {
      // Loaded only where it is used: it costs a third of a second.
      const { GcsAudioContentStore } = await import('@audiohost/adapters-storage/gcs')
      const contents = new GcsAudioContentStore(storage)
      return { contents, links: contents, close: nothingHeld }
    }
    case 's3': {
      const { S3AudioContentStore } = await import('@audiohost/adapters-storage/s3')
      const contents = new S3AudioContentStore(storage)
      return { contents, links: contents, close: nothingHeld }
    }
  }
}

const nothingHeld = async (): Promise<void> => undefined

async function openDisk(folder: string, { isNew }: { readonly isNew: boolean }): Promise<OpenedContents> {
  try {
    const contents = await (isNew
      ? DiskAudioContentStore.open(folder)
      : DiskAudioContentStore.openExisting(folder))
    return { contents, files: contents, close: () => contents.close() }
  } catch (error) {
    if (isForbidden(error)) throw new Error(await permissionAdvice(folder), { cause: error })
    if (isNew) throw error
    const advice = 'mount its volume, or set STORAGE_DRIVER and AUDIO_STORAGE_PATH to where the audio is'
    throw new Error(`The database knows of audio that is not in ${folder}: ${advice}`, { cause: error })
  }
}

/** Whether the system refuses access, as to a folder that was copied without its owner. */
function isForbidden(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return ('code' in error && error.code === 'EACCES') || isForbidden(error.cause)
}

/** A folder that cannot be seen is inside one that is closed or not writable. */
async function permissionAdvice(folder: string): Promise<string> {
  const isSeen = await lstat(folder).then(
    () => true,
    () => false,
  )
  const closed = isSeen ? folder : path.dirname(folder)
  const owner = `${process.geteuid?.() ?? ''}:${process.getegid?.() ?? ''}`
  return `This user may not open the audio folder ${folder}. Run as root: chown -R ${owner} '${closed}'`
}
