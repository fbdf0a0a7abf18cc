import type { Logger } from '@iaas/common/log'
import type { ApiMetrics } from '../metrics/api-metrics.ts'

/** Most origins that are logged, since a page can send any origin. */
const maxLogged = 100

/** Counts upload attempts from other origins, and logs each origin once, because browsers hide the reason from the page. */
export function createRefusedOrigins(
  metrics: Pick<ApiMetrics, 'refusedOrigin'>,
  log: Logger,
): (origin: string) => void {
  const logged = new Set<string>()
  return (origin) => {
    metrics.refusedOrigin()
    if (logged.has(origin) || logged.size >= maxLogged) return
    logged.add(origin)
    log.warn('upload origin refused', { origin, setting: 'upload_origins (UPLOAD_ORIGINS)' })
  }
}
