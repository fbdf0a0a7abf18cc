import type { Folders } from '@iaas/common/disk/config'
import { createDiskWorkingCopyStore } from '@iaas/common/disk/working-copy-store'
import { repeat } from '@iaas/common/lifecycle/repeat'
import type { Logger } from '@iaas/common/log'
import type { Telemetry } from '@iaas/common/metrics/telemetry'
import type { Decoder } from '@iaas/common/ports/decoder'
import type { FocalStore } from '@iaas/common/ports/focal-store'
import type { Copier, Renderer } from '@iaas/common/ports/renderer'
import { type RenderingConfig, poolOptions } from './config.ts'
import { createCopyMetrics } from './copies/copy-metrics.ts'
import { type PreparingRenderer, createCopyingRenderer } from './copies/copying-renderer.ts'
import { createFailoverRenderer } from './failover-renderer.ts'
import { addFocalPoints } from './focal-points.ts'
import { keepStrikingPoints } from './striking-points.ts'
import { type FileRendererOptions, createFileRenderer } from './file-renderer.ts'
import { transferMs } from './longest-ingest.ts'
import { createRendererClient } from './http/renderer-client.ts'
import { pingRenderer } from './http/ping-renderer.ts'
import { createObservedPool } from './pool/observed-pool.ts'

const sweepEveryMs = 60_000

export type RendererConfig = RenderingConfig & { readonly folders: Pick<Folders, 'originals'> }

export type RendererParts = Omit<FileRendererOptions, 'decoder'> & {
  readonly telemetry: Telemetry
  readonly log: Logger
  readonly focalPoints: Pick<FocalStore, 'find'>
  /** If true, working copies are used but not made, for a process that may not write to the originals. */
  readonly copiesReadOnly?: boolean
}

export type CreatedRenderer = PreparingRenderer &
  AsyncDisposable & {
    /** Renders local files that are no originals. */
    readonly files: Pick<Decoder, 'render'>
  }

/**
 * Creates the renderer: the renderer service if one is configured, with a fallback to children of this process unless
 * that is disabled; otherwise only children. Working copies are in front of either. Files are leased behind all of them.
 */
export function createRenderer(config: RendererConfig, parts: RendererParts): CreatedRenderer {
  const renderer = createPreparingRenderer(config, parts)
  const render = addFocalPoints({ render: keepStrikingPoints(renderer) }, parts.focalPoints)
  return { ...renderer, render }
}

function createPreparingRenderer(config: RendererConfig, parts: RendererParts): CreatedRenderer {
  const { telemetry, log, copiesReadOnly = false } = parts
  const renderer = createDecodingRenderer(config, parts)
  const maxBytes = config.workingCopies.maxBytes
  if (maxBytes === 0) return { ...renderer, prepare() {}, async prepareNow() {} }
  const originalsDir = config.folders.originals
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
    files: renderer.files,
    async [Symbol.asyncDispose]() {
      await sweeping?.[Symbol.asyncDispose]()
      await copying[Symbol.asyncDispose]()
      await renderer[Symbol.asyncDispose]()
    },
  }
}

function createDecodingRenderer(
  config: RenderingConfig,
  { telemetry, originals, policy, stripMetadata, overlays, fonts }: RendererParts,
): Renderer & Copier & Pick<CreatedRenderer, 'files'> & AsyncDisposable {
  const { renderer, timeout } = config
  const { registry, dependencies } = telemetry
  const { url } = renderer
  const pool = createObservedPool(
    { ...poolOptions(config), isStandIn: url !== undefined },
    registry,
  )
  const onFiles = (decoder: Decoder) =>
    createFileRenderer({ decoder, originals, policy, stripMetadata, overlays, fonts })
  const dispose = () => pool[Symbol.asyncDispose]()
  if (url === undefined) {
    return { ...onFiles(pool), files: pool, [Symbol.asyncDispose]: dispose }
  }
  const breaker = dependencies.add('renderer', () => pingRenderer(url), 'RENDERER_UNREACHABLE')
  const longest = Math.max(timeout.timeoutMs, renderer.ingestTimeoutMs)
  const timeoutMs = timeout.timeoutMs === 0 ? 0 : longest + renderer.queueTimeoutMs + transferMs
  const client = createRendererClient({ url, timeoutMs })
  const failover = createFailoverRenderer({
    primary: onFiles(client),
    breaker,
    fallback: renderer.fallback ? onFiles(pool) : undefined,
  })
  const files = renderer.fallback ? pool : client
  return { ...failover, files, [Symbol.asyncDispose]: dispose }
}
