import type { WorkingCopyUsage } from '@iaas/common/ports/working-copy-store'
import { Counter, Gauge, type Registry } from 'prom-client'

export type CopyMetrics = {
  render(source: 'original' | 'copy'): void
  copy(result: 'copied' | 'pointless' | 'discarded'): void
  usage(usage: WorkingCopyUsage): void
}

export function createCopyMetrics(registry: Registry): CopyMetrics {
  const registers = [registry]
  const renders = new Counter({
    name: 'iaas_render_sources_total',
    help: 'Renders by source: the original or its working copy.',
    labelNames: ['source'],
    registers,
  })
  const copies = new Counter({
    name: 'iaas_working_copies_total',
    help: 'Working copies made, pointless (the original is cheap to decode), or discarded (damaged or missing).',
    labelNames: ['result'],
    registers,
  })
  const items = new Gauge({
    name: 'iaas_working_copies',
    // The folder is shared by all processes.
    aggregator: 'max',
    help: 'Working copies on disk at the last sweep.',
    registers,
  })
  const bytes = new Gauge({
    name: 'iaas_working_copies_bytes',
    aggregator: 'max',
    help: 'Disk space of the working copies at the last sweep.',
    registers,
  })
  return {
    render: (source) => renders.inc({ source }),
    copy: (result) => copies.inc({ result }),
    usage(usage) {
      items.set(usage.items)
      bytes.set(usage.bytes)
    },
  }
}
