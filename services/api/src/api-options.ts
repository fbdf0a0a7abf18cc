import type { ApiConfig } from './config.ts'
import type { Logger } from '@iaas/common/log'
import type { MarkingRenderer } from '@iaas/rendering/watermarks/marking-renderer'
import type { Service } from '@iaas/common/lifecycle/run-service'
import type { OpenedOriginals } from '@iaas/common/ports/opened-originals'
import type { StoreRendition } from '@iaas/common/ports/persistence'
import type { Telemetry } from '@iaas/common/metrics/telemetry'

/** A listening api. `adminPort` is undefined if another process has the admin listener. */
export type Api = Service & { readonly port: number; readonly adminPort: number | undefined }

export type ApiOptions = {
  readonly config: ApiConfig
  readonly log: Logger
  readonly telemetry: Telemetry
  /** Originals that the caller shares with others and ends. By default the api opens its own from its configuration. */
  readonly originals?: OpenedOriginals
  /** A renderer that the caller ends. By default the api creates its own from its configuration. */
  readonly rendering?: Pick<MarkingRenderer, 'renderer' | 'findWatermark' | 'findFont'>
  /** Stores renditions in this process; by default the uploaders do. */
  readonly storeRendition?: StoreRendition
  /**
   * Path of the socket at which calls of the management API arrive from the process that has the admin listener; see
   * `startProcesses`. undefined: this process has that listener.
   */
  readonly adminSocket?: string
}
