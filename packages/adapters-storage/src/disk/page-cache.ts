/**
 * Reads at once what the operating system holds of a file in memory, from `position` on, and says how many bytes that was: 0 where
 * it would have to wait for a disk, and where anything is wrong, which the next ordinary read tells of.
 */
export type ReadCached = (fd: number, into: Uint8Array, position: number) => number

/** Of preadv2(2), in every Linux: fails with EAGAIN instead of waiting. */
const nowait = 8

let loading: Promise<ReadCached | undefined> | undefined

/** `undefined` where the system has no such call, or the library that calls it has not been installed. */
export const cachedReads = (): Promise<ReadCached | undefined> => (loading ??= load())

async function load(): Promise<ReadCached | undefined> {
  // What a length and an offset are is known for these.
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) return undefined
  try {
    const { default: koffi } = await import('koffi')
    const iovec = koffi.struct({ iov_base: 'void *', iov_len: 'size_t' })
    const types = ['int', koffi.pointer(iovec), 'int', 'int64_t', 'int']
    const preadv2 = koffi.load(null).func('preadv2', 'intptr_t', types) as Preadv2
    return (fd, into, position) =>
      Math.max(0, preadv2(fd, [{ iov_base: into, iov_len: into.length }], 1, position, nowait))
  } catch {
    // musl knows the call since 1.2.5.
    return undefined
  }
}

type Preadv2 = (
  ...call: [
    fd: number,
    iov: readonly [{ readonly iov_base: Uint8Array; readonly iov_len: number }],
    iovcnt: 1,
    offset: number,
    flags: number,
  ]
) => number
