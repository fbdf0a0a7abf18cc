/** Names below "/" that the service answers itself, so that no image can have them; in any letter case. */
export const reservedIds = ['token', 'healthz', 'readyz', 'robots.txt', 'favicon.ico'] as const
