import { startApi } from '@iaas/api/compose'
import { exampleFile, exampleId } from '@iaas/api/plant-example'
import { digestOf } from '@iaas/common/digest'
import { isAppError } from '@iaas/common/errors'
import { assertListenable } from '@iaas/common/http/server'
import { type Own, compose } from '@iaas/common/lifecycle/own'
import type { Service } from '@iaas/common/lifecycle/run-service'
import type { Logger } from '@iaas/common/log'
import { createTelemetry } from '@iaas/common/metrics/telemetry'
import { isSetUp } from '@iaas/embedded-postgres/cluster'
import { startEmbeddedPostgres } from '@iaas/embedded-postgres/embedded-postgres'
import { createMarkingRenderer } from '@iaas/rendering/watermarks/marking-renderer'
import { decodesAsRoot } from '@iaas/rendering/decodes-as-root'
import { openOriginals } from '@iaas/stores/composition/originals'
import { startUploader } from '@iaas/uploader/compose'
import type { StandaloneConfig } from './config.ts'
import type { GreetingFacts } from './greeting.ts'

export type Standalone = Service & { readonly greeting: GreetingFacts }

export type StandaloneOptions = {
  readonly config: StandaloneConfig
  readonly log: Logger
  /** Called with a short description of each slow step. */
  readonly onProgress: (step: string) => void
}

/** Starts everything in one process: an embedded database unless one is configured, the api and an uploader. */
export function startStandalone(options: StandaloneOptions): Promise<Standalone> {
  return compose(options.log, (own) => composeStandalone(options, own))
}

/** Everything in order; it ends in the reverse order. */
async function composeStandalone({ config, log, onProgress }: StandaloneOptions, own: Own) {
  const { listenAddress: host, adminAddress: adminHost, folders } = config
  await assertListenable({ port: config.port, host, setting: 'PORT' })
  await assertListenable({ port: config.adminPort, host: adminHost, setting: 'ADMIN_PORT' })
  const embedded =
    config.postgresql.url === undefined
      ? own('embedded database', await startDatabase(folders.postgres, log, onProgress))
      : undefined
  const url = config.postgresql.url ?? embedded?.url
  const configured = {
    ...config,
    postgresql: { ...config.postgresql, url },
    links: {
      ...config.links,
      secret: config.links.secret ?? (embedded && linksSecretOf(embedded.url)),
    },
    originals: { ...config.originals, example: config.originals.example ?? true },
  }
  onProgress('Starting the services ...')
  const telemetry = createTelemetry('standalone', log)
  const rendererLog = log.child({ component: 'renderer' })
  const opened = own('originals', await openOriginals(config, telemetry.dependencies))
  const { originals, focalPoints } = opened
  const rendering = own(
    'renderer',
    await createMarkingRenderer(configured, {
      telemetry,
      log: rendererLog,
      originals,
      focalPoints,
      policy: { bounds: config.constraints.bounds, ...config.webp },
      stripMetadata: config.originals.stripMetadata,
    }),
  )
  const parts = { config: configured, telemetry, originals: opened, rendering }
  const uploader = await startUploader({ ...parts, log: log.child({ component: 'uploader' }) })
  own('uploader', uploader, (service) => service.close())
  const { storeRendition } = uploader
  const api = await startApi({ ...parts, storeRendition, log: log.child({ component: 'api' }) })
  own('api', api, (service) => service.close())
  const shownHost = displayHost(host)
  const example = await originals.find(exampleId).catch(ignoreGone)
  return {
    greeting: {
      base: `http://${shownHost}:${api.port}`,
      admin: `http://${displayHost(adminHost)}:${api.adminPort ?? config.adminPort}`,
      dataDir: folders.data,
      exampleFile,
      hasExample: example !== undefined,
      needsSecret: config.secret !== undefined,
      stripsMetadata: config.originals.stripMetadata,
      decodesAsRoot: decodesAsRoot(config.renderer),
      id: `photo-${Date.now().toString(36)}`,
    },
  }
}

/** The example may have been deleted. */
function ignoreGone(error: unknown): undefined {
  if (!isAppError(error, 'ORIGINAL_GONE')) throw error
}

/** Returns the secret of the codes in keys: one that lasts as long as the embedded database, whose password is random. */
function linksSecretOf(url: string): string {
  return digestOf(`codes in the keys of ${new URL(url).password}`)
}

async function startDatabase(dataDir: string, log: Logger, onProgress: (step: string) => void) {
  onProgress(
    (await isSetUp(dataDir))
      ? 'Starting the embedded PostgreSQL ...'
      : 'Setting up the embedded PostgreSQL (the first time only) ...',
  )
  return startEmbeddedPostgres({
    dataDir,
    onEnd: (how) => log.error('the embedded PostgreSQL has ended', how),
  })
}

/** Replaces a wildcard address by one that clients can request. */
function displayHost(address: string): string {
  if (address === '0.0.0.0' || address === '::') return '127.0.0.1'
  return address.includes(':') ? `[${address}]` : address
}
