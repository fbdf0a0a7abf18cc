import { toFolders } from '@iaas/common/disk/config'
import { createDiskWorkingCopyStore } from '@iaas/common/disk/working-copy-store'
import { repeat } from '@iaas/common/lifecycle/repeat'
import type { Logger } from '@iaas/common/log'
import type { Telemetry } from '@iaas/common/metrics/telemetry'
import type { Copier, Renderer } from '@iaas/common/ports/renderer'
import { type PoolSettings, toMaxWaitMs, toPoolOptions } from './config.ts'
import { createCopyMetrics } from './copies/copy-metrics.ts'
import { type PreparingRenderer, createCopyingRenderer } from './copies/copying-renderer.ts'
import { createFailoverRenderer } from './failover-renderer.ts'
import { transferMs } from './longest-ingest.ts'
import { createRendererClient } from './http/renderer-client.ts'
import { pingRenderer } from './http/ping-renderer.ts'
import { createObservedPool } from './pool/observed-pool.ts'

const sweepEveryMs = 60_000

export type RendererSettings = PoolSettings & Parameters<typeof toFolders>[0]

export type RendererParts = {
  readonly telemetry: Telemetry
  readonly log: Logger
  /** If true, working copies are used but not made, for a process that may not write to the originals. */
  readonly copiesReadOnly?: boolean
}

/**
 * Creates the renderer: the renderer service if one is configured, with a fallback to children of this process unless
 * that is disabled; otherwise only children. Working copies are in front of either.
 */
export function createRenderer(
  settings: RendererSettings,
  parts: RendererParts,
): PreparingRenderer & AsyncDisposable {
  const { telemetry, log, copiesReadOnly = false } = parts
  const renderer = createDecoder(settings, parts)
  const maxBytes = settings.working_copies.max_bytes
  if (maxBytes === 0) return { ...renderer, prepare() {} }
  const originalsDir = toFolders(settings).originals
  const copies = createDiskWorkingCopyStore({ originalsDir, maxBytes })
  const metrics = createCopyMetrics(telemetry.registry)
  const isMaking = !copiesReadOnly
  const copying = createCopyingRenderer({ renderer, copies, isMaking, metrics, log })
  const sweep = async () => metrics.usage(await copies.sweep())
  const sweeping = isMaking
    ? repeat('sweep of working copies', sweep, sweepEveryMs, log)
    : undefined
  return {
    ...copying,
    async [Symbol.asyncDispose]() {
      await sweeping?.[Symbol.asyncDispose]()
      await copying[Symbol.asyncDispose]()
      await renderer[Symbol.asyncDispose]()
    },
  }
}

function createDecoder(
  settings: PoolSettings,
  { telemetry }: RendererParts,
): Renderer & Copier & AsyncDisposable {
  const { renderer, timeout } = settings
  const { registry, dependencies } = telemetry
  const { url } = renderer
  const pool = createObservedPool(
    { ...toPoolOptions(settings), isStandIn: url !== undefined },
    registry,
  )
  if (url === undefined) return pool
  const breaker = dependencies.add('renderer', () => pingRenderer(url), 'RENDERER_UNREACHABLE')
  const longest = Math.max(timeout.conversion, renderer.intake_timeout)
  const timeoutMs = timeout.conversion === 0 ? 0 : longest + toMaxWaitMs(renderer) + transferMs
  const failover = createFailoverRenderer({
    primary: createRendererClient({ url, timeoutMs }),
    breaker,
    fallback: renderer.fallback ? pool : undefined,
  })
  return { ...failover, [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose]() }
}
