import type { ErrorCode } from '@iaas/common/errors'
import { createFastCounter, createFastHistogram } from '@iaas/common/metrics/fast-metrics'
import { Counter, Gauge, type Registry } from 'prom-client'
import type { Outcome, RouteName } from '../http/request-record.ts'
import { refusalCodes } from '../http/status.ts'

type RequestLabels = {
  readonly route: RouteName
  readonly outcome: Outcome
  readonly status: number
}

export type LookupLayer = 'memory' | 'redis' | 'database'

/** Results of handing a rendition over for storing. */
const persistResults = [
  'stored',
  'scheduled',
  'spool-full',
  'queue-full',
  'failed',
  'skipped',
  'over-limit',
] as const
type PersistResult = (typeof persistResults)[number]

/** The metrics of the api; docs/operations.md explains each. */
export type ApiMetrics = {
  request(labels: RequestLabels, ms: number): void
  lookup(layer: LookupLayer, result: 'hit' | 'miss' | 'error'): void
  /** Observes the spans of a request: `lookup`, `queue`, `render`, `respond`. */
  span(span: string, ms: number): void
  /** Counts a request that was rejected for now. */
  rejection(reason: ErrorCode): void
  /** Counts an upload attempt from an origin that is not in `upload_origins`. */
  refusedOrigin(): void
  render(): void
  persist(result: PersistResult): void
}

const secondsBuckets = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30]

export function createApiMetrics(
  registry: Registry,
  gauges: { readonly flights: () => number },
): ApiMetrics {
  const registers = [registry]
  const requests = createFastCounter({
    name: 'iaas_requests_total',
    help: 'Requests by route, outcome and status.',
    labels: ['route', 'outcome', 'status'],
    registry,
  })
  const durations = createFastHistogram({
    name: 'iaas_request_duration_seconds',
    help: 'From the request line to the end of the answer.',
    labels: ['route', 'outcome'],
    bounds: secondsBuckets,
    registry,
  })
  const spans = createFastHistogram({
    name: 'iaas_span_duration_seconds',
    help: 'Parts of a request for an image: lookup, queue, render, respond.',
    labels: ['span'],
    bounds: secondsBuckets,
    registry,
  })
  const rejections = new Counter({
    name: 'iaas_rejections_total',
    help: 'Requests turned away for now (429, 503), by reason.',
    labelNames: ['reason'],
    registers,
  })
  const refusedOrigins = new Counter({
    name: 'iaas_refused_upload_origins_total',
    help: 'Uploads and their preflights from pages of origins that are not in upload_origins.',
    registers,
  })
  const renders = new Counter({
    name: 'iaas_renders_total',
    help: 'Renders that were done.',
    registers,
  })
  const lookups = createFastCounter({
    name: 'iaas_link_lookups_total',
    help: 'Lookups of links by layer and result.',
    labels: ['layer', 'result'],
    registry,
  })
  const persists = new Counter({
    name: 'iaas_persists_total',
    help: 'Renditions on their way to the variant store, by what came of it here.',
    labelNames: ['result'],
    registers,
  })
  const flights: Gauge = new Gauge({
    name: 'iaas_flights',
    help: 'Variants being rendered or handed over just now.',
    collect: () => flights.set(gauges.flights()),
    registers: [],
  })
  registry.registerMetric(flights)
  // Initialised with 0: a series that starts at 1 shows no increase, and no alert would fire.
  for (const reason of refusalCodes) rejections.inc({ reason }, 0)
  for (const result of persistResults) persists.inc({ result }, 0)
  // An alert fires at the first upload that fails on the server's side.
  for (const route of ['upload', 'token', 'api:createOriginal']) {
    for (const status of [500, 503]) requests.of(route, 'error', status)
  }
  return {
    request({ route, outcome, status }, ms) {
      requests.of(route, outcome, status).add()
      durations.of(route, outcome).observe(ms / 1000)
    },
    lookup: (layer, result) => lookups.of(layer, result).add(),
    span: (span, ms) => spans.of(span).observe(ms / 1000),
    rejection: (reason) => rejections.inc({ reason }),
    refusedOrigin: () => refusedOrigins.inc(),
    render: () => renders.inc(),
    persist: (result) => persists.inc({ result }),
  }
}
