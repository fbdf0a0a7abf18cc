/**
 * Whether the code of an error is the system's for a connection, or for the way to it: ECONNREFUSED, EAI_AGAIN and the like.
 * Those of Node itself (ERR_...) tell of a defect.
 */
export function isSocketCode(code: string): boolean {
  return /^E[A-Z_]+$/.test(code) && !code.startsWith('ERR_')
}
