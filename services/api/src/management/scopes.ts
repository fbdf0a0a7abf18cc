/** Permissions of a key of the management API. */
export const scopes = ['tokens', 'originals:read', 'originals:write', 'purge', 'stats'] as const

export type Scope = (typeof scopes)[number]
