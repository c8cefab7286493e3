import { constants, type Dirent, type Stats } from 'node:fs'
import { link, lstat, mkdir, open, readdir, realpath, rename, unlink } from 'node:fs/promises'

/** What the store uses of a `FileHandle`. */
export interface DiskFile {
  /** -1 once it is closed. Absent: reads go by `read` alone. */
  readonly fd?: number
  read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }>
  /** From where the last write ended. */
  writeFile(data: Uint8Array | string): Promise<void>
  readFile(encoding: 'utf8'): Promise<string>
  sync(): Promise<void>
  /** Without the times of the file. */
  datasync(): Promise<void>
  stat(): Promise<Stats>
  close(): Promise<void>
}

/** The few calls that the disk store makes, so that a test can fail each of them. */
export interface DiskFileSystem {
  open(path: string, flags: number): Promise<DiskFile>
  link(from: string, to: string): Promise<void>
  rename(from: string, to: string): Promise<void>
  unlink(path: string): Promise<void>
  mkdir(path: string): Promise<void>
  /** The first folder that had to be made, parents included. */
  mkdirs(path: string): Promise<string | undefined>
  lstat(path: string): Promise<Stats>
  readdir(path: string): Promise<Dirent[]>
  realpath(path: string): Promise<string>
}

/** For the account of the service only. */
const fileMode = 0o600
const folderMode = 0o700

export const nodeFileSystem: DiskFileSystem = {
  open: (path, flags) => open(path, flags, fileMode),
  link,
  rename,
  unlink,
  mkdir: (path) => mkdir(path, folderMode),
  mkdirs: (path) => mkdir(path, { recursive: true, mode: folderMode }),
  lstat: (path) => lstat(path),
  readdir: (path) => readdir(path, { withFileTypes: true }),
  realpath: (path) => realpath(path),
}

/** Fails where there is anything, be it a link that leads elsewhere. */
export const newFile = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
/** Does not hang on a planted pipe either. */
export const existingFile = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
export const existingFolder = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW
