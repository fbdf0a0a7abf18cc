import { spawnSync } from 'node:child_process'
import { createTemporaryFolder } from './temporary-folder.ts'

export type SmallDisk = AsyncDisposable & { readonly path: string }

const isAllowed = tryToMount()

/** Why no disk of its own can be made for a test on this machine; undefined where one can. */
export const smallDiskMissing = isAllowed ? undefined : 'this user may not mount a tmpfs'

/** A disk in memory. `size`: as mount(8) takes it, such as "64m". */
export async function mountSmallDisk(size: string): Promise<SmallDisk> {
  const folder = await createTemporaryFolder()
  const { status, stderr } = mount(folder.path, size)
  if (status !== 0) throw new Error(`No tmpfs: ${stderr}`)
  return {
    path: folder.path,
    async [Symbol.asyncDispose]() {
      spawnSync('umount', ['--lazy', folder.path])
      await folder[Symbol.asyncDispose]()
    },
  }
}

function mount(path: string, size: string) {
  const args = ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path]
  return spawnSync('mount', args, { encoding: 'utf8' })
}

function tryToMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false
  const isMounted = mount('/mnt', '1m').status === 0
  if (isMounted) spawnSync('umount', ['/mnt'])
  return isMounted
}
