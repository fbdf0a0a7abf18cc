import type { Logger } from '@iaas/common/log'
import type { ApiMetrics } from '../metrics/api-metrics.ts'

/** A page can send any origin: the log names so many of them and no more. */
const maxLogged = 100

/** Counts the uploads that pages of other origins try, and logs each origin once: a browser tells its page nothing. */
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
