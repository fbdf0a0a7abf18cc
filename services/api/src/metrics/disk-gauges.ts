import { createSingleFlight } from '@iaas/common/concurrency/single-flight'
import { withDeadline } from '@iaas/common/concurrency/with-deadline'
import type { DiskSpace } from '@iaas/common/ports/original-store'
import { Gauge, type Registry } from 'prom-client'

const answerLimitMs = 1000
const unknown: DiskSpace = { freeBytes: Number.NaN, totalBytes: Number.NaN }

/**
 * Registers the size of the disk that originals are written to, and the space that is free on it. Both gauges of a scrape
 * share one `space()` call. They are NaN while the disk does not answer.
 */
export function registerDiskGauges(registry: Registry, space: () => Promise<DiskSpace>): void {
  const registers = [registry]
  const scrapes = createSingleFlight<DiskSpace>()
  const read = () =>
    scrapes.join('space', () => withDeadline(space(), answerLimitMs).catch(() => unknown))

  const free: Gauge = new Gauge({
    name: 'iaas_disk_free_bytes',
    // The processes of one api share the disk.
    aggregator: 'min',
    help: 'Bytes that are free on the disk of the originals.',
    registers,
    async collect() {
      free.set((await read()).freeBytes)
    },
  })
  const size: Gauge = new Gauge({
    name: 'iaas_disk_size_bytes',
    aggregator: 'max',
    help: 'Size of the disk of the originals, bytes.',
    registers,
    async collect() {
      size.set((await read()).totalBytes)
    },
  })
}
