import { chmodSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { atEnd } from '../../bench/lib/clean-up.mjs'
import { run } from '../../bench/lib/process.mjs'

// ioctl_fs: from here on the file system writes nothing any more, its journal included, and fails every call.
const shutdownWithoutFlush = `
  open(my $folder, '<', $ARGV[0]) or die $!;
  my $withoutFlush = pack('L', 2);
  ioctl($folder, 0x8004587D, $withoutFlush) or die $!;`

/** Why there can be none here, if so. */
export async function whyNoVolume() {
  if (process.platform !== 'linux' || process.getuid() !== 0)
    return 'it needs Linux and root, to mount an image'
  for (const tool of ['mkfs.ext4', 'losetup', 'perl']) {
    const isThere = await run('sh', ['-c', `command -v ${tool}`]).then(Boolean, () => false)
    if (!isThere) return `${tool} is not installed`
  }
  const device = await run('losetup', ['--find']).catch(() => undefined)
  return device ? undefined : 'there is no loop device'
}

/** An ext4 in a file, whose power can be cut. */
export class Volume {
  #image
  #isMounted = false

  static async make(folder) {
    const volume = new Volume()
    volume.#image = path.join(folder, 'volume.img')
    volume.folder = path.join(folder, 'volume')
    mkdirSync(volume.folder)
    await run('truncate', ['--size=2G', volume.#image])
    await run('mkfs.ext4', ['-q', '-E', 'lazy_itable_init=0,lazy_journal_init=0', volume.#image])
    await volume.mount()
    atEnd(() => volume.unmount())
    return volume
  }

  /** Replays the journal, where the power was cut. */
  async mount() {
    await run('mount', ['-o', 'loop', this.#image, this.folder])
    this.#isMounted = true
    chmodSync(this.folder, 0o755)
  }

  /** All that was written so far outlives the next cut. */
  sync = () => run('sync', ['--file-system', this.folder])

  /** What had not reached the image by this moment is lost. */
  cutPower = () => run('perl', ['-e', shutdownWithoutFlush, this.folder])

  async unmount() {
    for (let tries = 0; this.#isMounted; tries++) {
      try {
        await run('umount', [this.folder])
        this.#isMounted = false
      } catch (error) {
        if (tries === 50) throw error
        await delay(100)
      }
    }
  }
}
