import type { Logger } from '@iaas/common/log'
import type { RenderingConfig } from './config.ts'

type Settings = Pick<RenderingConfig['renderer'], 'url' | 'fallback'>

/**
 * Returns true if children of this process decode and run as root. A file that exploits a decoder then controls the
 * machine.
 */
export function decodesAsRoot({ url, fallback }: Settings, uid = process.getuid?.()): boolean {
  return uid === 0 && (url === undefined || fallback)
}

/** Warns if decoders run as root. */
export function warnOfRoot(
  settings: Settings,
  log: Pick<Logger, 'warn'>,
  uid = process.getuid?.(),
): void {
  if (decodesAsRoot(settings, uid)) {
    log.warn('decoders run as root: run the service as a separate user')
  }
}
