/** Queues, by the work that waits in them. Running installations depend on the names. */
export const queueNames = { uploads: 'uploads', records: 'records', purges: 'purges' } as const
export type QueueName = (typeof queueNames)[keyof typeof queueNames]

/** Key prefix of the queues in Redis, and their schema in PostgreSQL. */
export const queuePrefix = 'iaas'
