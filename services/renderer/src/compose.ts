import { setTimeout as delay } from 'node:timers/promises'
import { sweepFolder } from '@iaas/common/disk/temporary-files'
import { startAdminListener } from '@iaas/common/http/admin-listener'
import { listen } from '@iaas/common/http/server'
import { createUnsentAnswers } from '@iaas/common/http/unsent-answers'
import { type Own, compose } from '@iaas/common/lifecycle/own'
import type { Service } from '@iaas/common/lifecycle/run-service'
import type { Logger } from '@iaas/common/log'
import { createTelemetry } from '@iaas/common/metrics/telemetry'
import { poolOptions } from '@iaas/rendering/config'
import { longestIngestMs } from '@iaas/rendering/longest-ingest'
import { createObservedPool } from '@iaas/rendering/pool/observed-pool'
import { createRendererApp } from './app.ts'
import { createInbox } from './inbox.ts'
import type { RendererConfig } from './config.ts'

/** Largest image, bytes. Originals that predate the limits on uploads may exceed those. */
const bodyAllowance = 4
/** Memory for received images, MiB; at most a sixth of the limit. */
const mostReceivedMiB = 512
/** Most bytes of renditions that callers have not read yet. */
const maxUnsentBytes = 64 * 2 ** 20
/** Age at which a received image belongs to a process that is gone, ms. No task takes that long. */
const temporaryFileAgeMs = 10 * 60_000
/** Milliseconds that requests in flight may take when the renderer ends. */
const drainMs = 25_000

type RunningRenderer = Service & { readonly port: number }

/** Starts the renderer service. @throws Error in plain words, such as for a port that is taken */
export function startRenderer(config: RendererConfig, log: Logger): Promise<RunningRenderer> {
  return compose(log, (own) => composeRenderer(config, log, own))
}

/** Builds all parts of a renderer in order; they end in reverse order. */
async function composeRenderer(config: RendererConfig, log: Logger, own: Own) {
  let isReady = true
  const { registry } = createTelemetry('renderer', log)
  const receivedMiB = toReceivedMiB(process.constrainedMemory())
  const pool = own('pool', createObservedPool(poolOptions(config, receivedMiB), registry))
  const temporaryDir = config.folders.temporary
  await sweepFolder(temporaryDir, Math.max(temporaryFileAgeMs, longestIngestMs(config)))
  const inbox = createInbox({
    dir: temporaryDir,
    maxBytes: bodyAllowance * config.constraints.maxUploadBytes,
    roomBytes: receivedMiB * 2 ** 20,
    queueLimit: config.renderer.queueLimit,
    queueTimeoutMs: config.renderer.queueTimeoutMs,
  })
  const unsent = createUnsentAnswers(maxUnsentBytes)
  const options = { decoder: pool, inbox, unsent, isReady: () => isReady, log }
  own('admin', await startAdminListener(config, registry))
  const server = await listen(createRendererApp(options), {
    port: config.port,
    setting: 'PORT',
    host: config.listenAddress,
    maxConnections: config.maxConnections,
  })
  own('http', server, (listening) => listening.close(drainMs))
  own('lame duck', config.lameDuck, (ms) => delay(ms))
  own('readiness', undefined, () => void (isReady = false))
  return { port: server.port }
}

/** @param limitBytes the memory limit of the container; 0: none */
function toReceivedMiB(limitBytes: number): number {
  const sixth = Math.floor(limitBytes / 2 ** 20 / 6)
  return sixth === 0 ? mostReceivedMiB : Math.min(mostReceivedMiB, sixth)
}
