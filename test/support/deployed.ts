import { findFreePort } from '@iaas/testing/free-port'
import { provideDatabase } from '@iaas/testing/postgres'
import { startOwnRedis } from '@iaas/testing/redis'
import { createBucket, startTestS3 } from '@iaas/testing/s3'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { type TcpProxy, startTcpProxy } from './tcp-proxy.ts'
import { type Stack, type StackOptions, spawnStack, startStack } from './stack.ts'

export const dependencies = ['database', 'redis', 's3', 'renderer'] as const
export type DependencyName = (typeof dependencies)[number]

/** The services apart, on real servers, each behind a proxy that can misbehave. */
export type Deployed = {
  readonly proxies: Readonly<Record<DependencyName, TcpProxy>>
  readonly databaseUrl: string
  readonly bucketUrl: string
  readonly redis: Awaited<ReturnType<typeof startOwnRedis>>
  /** What starts another service of the same project. */
  readonly env: Readonly<Record<string, string>>
  start(service: 'api' | 'renderer' | 'uploader', options?: StackOptions): Promise<Stack>
  [Symbol.asyncDispose](): Promise<void>
}

export type DeploymentOptions = {
  /** A folder of its own where none is given. */
  readonly originalsDir?: string
}

export async function provideDeployment({
  originalsDir,
}: DeploymentOptions = {}): Promise<Deployed> {
  const started: AsyncDisposable[] = []
  const keep = async <T extends AsyncDisposable>(thing: Promise<T>): Promise<T> => {
    const made = await thing
    started.unshift(made)
    return made
  }
  const database = await keep(provideDatabase())
  const redis = await keep(startOwnRedis())
  const s3 = await keep(startTestS3())
  const folder = await keep(createTemporaryFolder())
  const { bucket, credentials } = await createBucket(s3.url)
  const rendererPort = await findFreePort()
  const proxyTo = (url: string) => {
    const { hostname, port } = new URL(url)
    return keep(startTcpProxy({ host: hostname, port: Number(port) }))
  }
  const proxies = {
    database: await proxyTo(database.url),
    redis: await proxyTo(redis.url),
    s3: await proxyTo(s3.url),
    renderer: await proxyTo(`http://127.0.0.1:${rendererPort}`),
  }
  const through = (url: string, { port }: TcpProxy) => {
    const changed = new URL(url)
    changed.hostname = '127.0.0.1'
    changed.port = `${port}`
    return changed.href.replace(/\/$/, '')
  }
  const env = {
    DATABASE_URL: through(database.url, proxies.database),
    REDIS_URL: through(redis.url, proxies.redis),
    S3_ENDPOINT: through(s3.url, proxies.s3),
    S3_BUCKET: bucket,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    CACHE_HOST: `${s3.url}/${bucket}`,
    ORIGINALS_DIR: originalsDir ?? folder.path,
    RENDERER_URL: `http://127.0.0.1:${proxies.renderer.port}`,
  }
  return {
    proxies,
    databaseUrl: database.url,
    bucketUrl: env.CACHE_HOST,
    redis,
    env,
    start(service, options = {}) {
      const stack = { entry: `services/${service}/dist/main.js`, ...options }
      if (service === 'renderer') return keep(startStack({ port: rendererPort, ...stack }))
      const configured = { ...stack, env: { ...env, ...options.env } }
      return keep(service === 'api' ? startStack(configured) : spawnStack(configured))
    },
    async [Symbol.asyncDispose]() {
      for (const thing of started) await thing[Symbol.asyncDispose]()
    },
  }
}
