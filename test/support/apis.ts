import { provideDatabase } from '@iaas/testing/postgres'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { until } from '@iaas/testing/until'
import { postToken } from './http.ts'
import { type Stack, startStack } from './stack.ts'

/** Api processes that share a database and a folder, and nothing else. */
export type Apis = {
  readonly databaseUrl: string
  readonly dataDir: string
  start(env?: Readonly<Record<string, string>>): Promise<Stack>
  [Symbol.asyncDispose](): Promise<void>
}

export async function provideApis(): Promise<Apis> {
  const database = await provideDatabase()
  const folder = await createTemporaryFolder()
  const started: Stack[] = []
  return {
    databaseUrl: database.url,
    dataDir: folder.path,
    async start(env = {}) {
      const stack = await startStack({
        entry: 'services/api/dist/main.js',
        dataDir: folder.path,
        env: { DATABASE_URL: database.url, ...env },
      })
      started.unshift(stack)
      await openConnections(stack)
      return stack
    },
    async [Symbol.asyncDispose]() {
      for (const stack of started) await stack[Symbol.asyncDispose]()
      await database[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}

/** Opening all connections to the database at once, on a busy machine, can take longer than a request waits for one. */
async function openConnections({ base }: Stack): Promise<void> {
  await until(async () => {
    const requests = Array.from({ length: 10 }, () => postToken(base, { id: 'the first' }))
    return (await Promise.all(requests)).every(({ status }) => status !== 503)
  })
}
