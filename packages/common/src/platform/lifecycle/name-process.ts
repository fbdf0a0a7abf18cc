import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'

/** Returns a name of this process that an operator can find, and that no other process has, whatever its container is called. */
export function nameProcess(): string {
  return `${hostname()}/${process.pid}/${randomBytes(3).toString('hex')}`
}
