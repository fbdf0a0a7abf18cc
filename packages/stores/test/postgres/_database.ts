import { type Provided, provideDatabase } from '@iaas/testing/postgres'
import { createSilentLogger } from '@iaas/common/log'
import { type Database, createDatabase } from '../../src/postgres/database.ts'
import { migrateToLatest } from '../../src/postgres/migrate.ts'

export type TestDatabase = {
  readonly db: Database
  readonly url: string
  [Symbol.asyncDispose](): Promise<void>
}

/** A database of its own with the newest schema. */
export async function openDatabase(poolSize = 5): Promise<TestDatabase> {
  const provided: Provided = await provideDatabase()
  await migrateToLatest({ url: provided.url })
  const db = createDatabase({ url: provided.url, poolSize, log: createSilentLogger() })
  return {
    db,
    url: provided.url,
    async [Symbol.asyncDispose]() {
      await db.destroy()
      await provided[Symbol.asyncDispose]()
    },
  }
}
