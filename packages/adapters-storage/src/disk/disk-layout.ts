import { randomBytes } from 'node:crypto'
import { join, sep } from 'node:path'
import { parseAudioId, type AudioId } from '@audiohost/core'

/** Where one content lies. All of it follows from the id, nothing from a client. */
export interface ContentPlace {
  readonly outerFolder: string
  readonly folder: string
  readonly path: string
}

const folderName = /^[0-9a-f]{2}$/
const partialName = /\.[0-9a-f]{16}\.partial$/

export const isFolderName = (name: string): boolean => folderName.test(name)
export const isPartialName = (name: string): boolean => partialName.test(name)

/** Whose content it is a part of; `undefined` where it is none of a content. */
export const idInPartialName = (name: string): AudioId | undefined =>
  parseAudioId(name.replace(partialName, ''))

/**
 * Two levels of 256 folders, named by the last digits of the id: in a UUIDv7 those are random, while the first ones
 * are its time and would put the uploads of a day into one folder.
 */
export function placeOf(root: string, id: AudioId): ContentPlace {
  if (parseAudioId(id) !== id) throw new TypeError('Content is stored under the id of an audio only')
  const outerFolder = join(root, id.slice(-2))
  const folder = join(outerFolder, id.slice(-4, -2))
  return { outerFolder, folder, path: join(folder, id) }
}

/** The same place, as a web server names it that serves the root. */
export const pathBelowRoot = (id: AudioId): string => placeOf('', id).path.split(sep).join('/')

/** Beside the path, because only within one file system a name can be given atomically. */
export const partialOf = (path: string): string => `${path}.${randomBytes(8).toString('hex')}.partial`
