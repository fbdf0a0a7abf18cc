/** The first that a child says: it can begin with a task. */
export const readyMessage = { kind: 'ready' } as const
