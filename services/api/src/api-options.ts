import type { ApiConfig } from './config.ts'
import type { Logger } from '@iaas/common/log'
import type { PreparingRenderer } from '@iaas/rendering/copies/copying-renderer'
import type { Service } from '@iaas/common/lifecycle/run-service'
import type { StoreRendition } from '@iaas/common/ports/persistence'
import type { Telemetry } from '@iaas/common/metrics/telemetry'

/** An api that is listening. `adminPort` is undefined where another process has the admin listener. */
export type Api = Service & { readonly port: number; readonly adminPort: number | undefined }

export type ApiOptions = {
  readonly config: ApiConfig
  readonly log: Logger
  readonly telemetry: Telemetry
  /** One that the caller ends; otherwise the api has its own, as its configuration says. */
  readonly renderer?: PreparingRenderer
  /** Stores renditions in this process; otherwise the uploaders do. */
  readonly storeRendition?: StoreRendition
  /** Whether another process listens for the operators; see `startProcesses`. */
  readonly isOneOfMany?: boolean
}
