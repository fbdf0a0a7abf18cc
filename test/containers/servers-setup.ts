import { GenericContainer, Wait } from 'testcontainers'

declare global {
  var serverContainers: readonly { stop(): Promise<unknown> }[] | undefined
}

const keys = { access: 'test-access', secret: 'test-secret-key' }

/** The servers that the compose project runs on, each alone in a container, for the tests of what talks to them. */
export default async function setup(): Promise<void> {
  // Each is stopped by the teardown: no helper container has to watch over them.
  process.env['TESTCONTAINERS_RYUK_DISABLED'] ??= 'true'
  const postgres = await new GenericContainer('postgres:17-alpine')
    .withEnvironment({ POSTGRES_PASSWORD: 'test' })
    .withExposedPorts(5432)
    // It says so twice: before it starts anew with what it was set up with, and when it is there for good.
    .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/, 2))
    .start()
  const redis = await new GenericContainer('redis:8-alpine').withExposedPorts(6379).start()
  const s3 = await new GenericContainer('versity/versitygw:latest')
    .withEnvironment({
      ROOT_ACCESS_KEY: keys.access,
      ROOT_SECRET_KEY: keys.secret,
      VGW_BACKEND: 'posix',
      VGW_BACKEND_ARG: '/data',
    })
    .withExposedPorts(7070)
    .start()
  const addressOf = (container: typeof redis, port: number) =>
    `${container.getHost()}:${container.getMappedPort(port)}`
  process.env['TEST_DATABASE_URL'] =
    `postgres://postgres:test@${addressOf(postgres, 5432)}/postgres`
  process.env['TEST_REDIS_URL'] = `redis://${addressOf(redis, 6379)}`
  process.env['TEST_S3_ENDPOINT'] = `http://${addressOf(s3, 7070)}`
  process.env['AWS_ACCESS_KEY_ID'] = keys.access
  process.env['AWS_SECRET_ACCESS_KEY'] = keys.secret
  globalThis.serverContainers = [s3, redis, postgres]
}
