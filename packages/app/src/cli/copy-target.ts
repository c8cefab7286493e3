import { DiskAudioContentStore } from '@audiohost/adapters-storage'
import type { StorageConfig } from '../config-storage.ts'
import { openContents, type OpenedContents } from '../open-contents.ts'
import { UsageError } from './command.ts'

/**
 * The store that is copied to. In a folder that is none, one is made only where that was asked for: the same folder
 * without its volume looks new, too, and the copy would fill the disk beneath.
 */
export async function openCopyTarget(
  storage: StorageConfig,
  { isNew }: { readonly isNew: boolean },
): Promise<OpenedContents> {
  if (storage.driver !== 'disk') {
    if (isNew) throw new UsageError('--new makes a store in a folder; a bucket has to exist')
    return openContents(storage, { isNew: true })
  }
  const { folder } = storage
  const fault = await faultOf(folder)
  if (isNew && fault === undefined) {
    throw new Error(`${folder} is a content store already: go on without --new`)
  }
  if (!isNew && fault !== undefined) {
    const advice = 'mount its volume, or say --new where a store is to be made in this folder'
    throw new Error(`${folder} is no content store: ${advice}`, { cause: fault })
  }
  if (!isNew) return openContents(storage, { isNew })
  try {
    return await openContents(storage, { isNew })
  } catch (cause) {
    throw new Error(`No store can be made in ${folder}: it has to be empty`, { cause })
  }
}

async function faultOf(folder: string): Promise<Error | undefined> {
  try {
    await (await DiskAudioContentStore.openExisting(folder)).close()
    return undefined
  } catch (error) {
    return error instanceof Error ? error : new Error('The folder cannot be opened', { cause: error })
  }
}
