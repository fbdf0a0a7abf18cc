import type { DiskSpace } from '@iaas/common/ports/original-store'
import type { Registry } from 'prom-client'
import { registerSharedGauges } from './shared-gauges.ts'

/** Registers the size of the disk that originals are written to, and the space that is free on it. */
export function registerDiskGauges(registry: Registry, space: () => Promise<DiskSpace>): void {
  registerSharedGauges(registry, space, [
    {
      name: 'iaas_disk_free_bytes',
      // The processes of one api share the disk.
      aggregator: 'min',
      help: 'Bytes that are free on the disk of the originals.',
      read: ({ freeBytes }) => freeBytes,
    },
    {
      name: 'iaas_disk_size_bytes',
      aggregator: 'max',
      help: 'Size of the disk of the originals, bytes.',
      read: ({ totalBytes }) => totalBytes,
    },
  ])
}
