import { toFolders } from '@iaas/common/disk/config'
import { createDiskWorkingCopyStore } from '@iaas/common/disk/working-copy-store'
import type { Closers } from '@iaas/common/lifecycle/closers'
import { repeatUntilClosed } from '@iaas/common/lifecycle/repeat'
import type { Logger } from '@iaas/common/log'
import type { Telemetry } from '@iaas/common/metrics/telemetry'
import type { Copier, Renderer } from '@iaas/common/ports/renderer'
import { type PoolSettings, toMaxWaitMs, toPoolOptions } from './config.ts'
import { createCopyMetrics } from './copies/copy-metrics.ts'
import { type PreparingRenderer, createCopyingRenderer } from './copies/copying-renderer.ts'
import { createFailoverRenderer } from './failover-renderer.ts'
import { transferMs } from './longest-intake.ts'
import { createRendererClient } from './http/renderer-client.ts'
import { pingRenderer } from './http/ping-renderer.ts'
import { createObservedPool } from './pool/observed-pool.ts'

const sweepEveryMs = 60_000

export type RendererSettings = PoolSettings & Parameters<typeof toFolders>[0]

export type RendererParts = {
  readonly closers: Closers
  readonly telemetry: Telemetry
  readonly log: Logger
  /** Whether working copies are only used; a process that may not write among the originals makes none. */
  readonly copiesReadOnly?: boolean
}

/**
 * The renderer service where one is configured, and children of this process while none can be reached, unless that is turned
 * off; otherwise always children of this process. In front of them are the working copies.
 */
export function createRenderer(
  settings: RendererSettings,
  parts: RendererParts,
): PreparingRenderer {
  const { closers, telemetry, log, copiesReadOnly = false } = parts
  const renderer = createDecoder(settings, parts)
  const maxBytes = settings.working_copies.max_bytes
  if (maxBytes === 0) return { ...renderer, prepare() {} }
  const originalsDir = toFolders(settings).originals
  const copies = createDiskWorkingCopyStore({ originalsDir, maxBytes })
  const metrics = createCopyMetrics(telemetry.registry)
  const isMaking = !copiesReadOnly
  const copying = createCopyingRenderer({ renderer, copies, isMaking, metrics, log })
  closers.add('working copies', () => copying[Symbol.asyncDispose]())
  if (copiesReadOnly) return copying
  const sweep = async () => metrics.usage(await copies.sweep())
  repeatUntilClosed('sweep of working copies', sweep, sweepEveryMs, parts)
  return copying
}

function createDecoder(
  settings: PoolSettings,
  { closers, telemetry }: RendererParts,
): Renderer & Copier {
  const { renderer, timeout } = settings
  const { registry, dependencies } = telemetry
  const { url } = renderer
  const pool = createObservedPool(
    { ...toPoolOptions(settings), isStandIn: url !== undefined },
    registry,
  )
  closers.add('renderer', () => pool[Symbol.asyncDispose]())
  if (url === undefined) return pool
  const breaker = dependencies.add('renderer', () => pingRenderer(url), 'RENDERER_UNREACHABLE')
  const longest = Math.max(timeout.conversion, renderer.intake_timeout)
  const timeoutMs = timeout.conversion === 0 ? 0 : longest + toMaxWaitMs(renderer) + transferMs
  return createFailoverRenderer({
    primary: createRendererClient({ url, timeoutMs }),
    breaker,
    fallback: renderer.fallback ? pool : undefined,
  })
}
