/** The queues, by what waits in them. Their names are known to running installations. */
export const queueNames = { uploads: 'uploads', records: 'records' } as const
export type QueueName = (typeof queueNames)[keyof typeof queueNames]

/** In Redis, and in PostgreSQL the schema of the queues. */
export const queuePrefix = 'iaas'
