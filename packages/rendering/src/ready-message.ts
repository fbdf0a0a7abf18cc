/** First message of a child: it is ready for a task. */
export const readyMessage = { kind: 'ready' } as const
