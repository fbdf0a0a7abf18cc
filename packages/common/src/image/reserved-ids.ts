/** Names below "/" that the service uses itself, so no image can have them, in any letter case. */
export const reservedIds = [
  'token',
  'healthz',
  'readyz',
  'robots.txt',
  'favicon.ico',
  '_preset',
] as const
