import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { Digest } from '../digest.ts'
import { AppError } from '../errors.ts'
import type { Spool, Spooled } from '../ports/spool.ts'
import { ignoreMissing, translateDiskErrors } from './disk-errors.ts'
import { createFolderLedger } from './folder-ledger.ts'
import { makeFolder } from './make-folder.ts'
import { createTemporaryFile, sweepFolder } from './temporary-files.ts'
import { incomingFolder } from './write-durably.ts'

export type DiskSpoolOptions = {
  readonly dir: string
  readonly maxBytes: number
  readonly maxItems: number
  /** Age after which entries are swept, ms. */
  readonly maxAgeMs: number
}

/** Header of an entry: time of the rendering (8 bytes), checksum of the image (4 bytes). The image follows. */
const headerBytes = 12
/** Age after which temporary files belong to a killed process, ms. */
const leftOverMs = 10 * 60_000

/**
 * Spools renditions in a folder, one file each. Nothing is synchronised to disk: an entry damaged by a power loss fails
 * its checksum and counts as missing.
 */
export function createDiskSpool(options: DiskSpoolOptions): Spool {
  const { dir } = options
  const incoming = join(dir, incomingFolder)
  const ledger = createFolderLedger(options)
  let swept: Promise<unknown> | undefined

  async function put(digest: Digest, spooled: Spooled): Promise<void> {
    swept ??= sweepFolder(incoming, leftOverMs).catch(() => {})
    await swept
    if (!(await ledger.reserve(digest, headerBytes + spooled.bytes.length))) {
      throw new AppError('SPOOL_FULL', 'Too many renditions wait to be stored.')
    }
    try {
      await write(digest, spooled)
      ledger.settle(digest)
    } catch (error) {
      ledger.release(digest)
      throw error
    }
  }

  async function write(digest: Digest, spooled: Spooled): Promise<void> {
    await using file = await createTemporaryFile(incoming)
    await writeFile(file.path, [toHeader(spooled), spooled.bytes])
    await makeFolder(dir)
    await rename(file.path, join(dir, digest))
  }

  async function drop(digest: Digest): Promise<void> {
    await rm(join(dir, digest), { force: true })
    ledger.release(digest)
  }

  return {
    put: (digest, spooled) => translateDiskErrors(put(digest, spooled)),
    async get(digest) {
      const file = await translateDiskErrors(ignoreMissing(readFile(join(dir, digest))))
      return file === undefined ? undefined : fromFile(file)
    },
    async size(digest) {
      const entry = await translateDiskErrors(ignoreMissing(stat(join(dir, digest))))
      return entry?.size
    },
    async renderedAt(digest) {
      const head = await translateDiskErrors(ignoreMissing(readHead(join(dir, digest))))
      return head?.readDoubleBE(0)
    },
    async ping() {
      await translateDiskErrors(ledger.usage())
    },
    usage: () => translateDiskErrors(ledger.usage()),
    drop: (digest) => translateDiskErrors(drop(digest)),
  }
}

function toHeader({ renderedAt, bytes }: Spooled): Buffer {
  const header = Buffer.alloc(headerBytes)
  header.writeDoubleBE(renderedAt)
  header.writeUInt32BE(crc32(bytes), 8)
  return header
}

/** Reads the header of an entry. Returns undefined if it is incomplete. */
async function readHead(path: string): Promise<Buffer | undefined> {
  await using file = await open(path)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(headerBytes), 0, headerBytes, 0)
  return bytesRead === headerBytes ? buffer : undefined
}

function fromFile(file: Buffer): Spooled | undefined {
  if (file.length < headerBytes) return undefined
  const bytes = file.subarray(headerBytes)
  if (crc32(bytes) !== file.readUInt32BE(8)) return undefined
  return { renderedAt: file.readDoubleBE(), bytes }
}
