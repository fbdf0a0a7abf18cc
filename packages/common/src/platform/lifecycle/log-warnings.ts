import type { Logger } from '../log/log.ts'

/**
 * Logs the warnings of Node.js and of libraries, such as a deprecation, in place of the text that Node.js prints on
 * standard error.
 */
export function logWarnings(log: Logger): void {
  process.removeAllListeners('warning')
  process.on('warning', (warning) => {
    log.warn('warning of Node.js or a library', { error: warning })
  })
}
