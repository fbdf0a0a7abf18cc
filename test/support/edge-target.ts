import { until } from '@iaas/testing/until'
import { type Compose, openCompose } from './compose.ts'
import type { Target, TargetOptions } from './target-type.ts'

/** The project, with what the contract suite changes of it. */
export const contractFiles = ['docker-compose.yml', 'test/containers/contract.yml']

/** Runs on the bucket from inside the network, with what an uploader may do. */
const withBucket = (body: string) => `
  const { S3Client, ListObjectsV2Command, DeleteObjectCommand } = require('@aws-sdk/client-s3')
  const { readFileSync } = require('node:fs')
  const secret = (name) => readFileSync(process.env[name + '_FILE'], 'utf8').trim()
  const client = new S3Client({
    region: process.env.AWS_REGION,
    endpoint: process.env.S3_ENDPOINT,
    forcePathStyle: true,
    credentials: {
      accessKeyId: secret('AWS_ACCESS_KEY_ID'),
      secretAccessKey: secret('AWS_SECRET_ACCESS_KEY'),
    },
  })
  const Bucket = process.env.S3_BUCKET
  async function list() {
    const keys = []
    for (let ContinuationToken; ; ) {
      const page = await client.send(new ListObjectsV2Command({ Bucket, ContinuationToken }))
      keys.push(...(page.Contents ?? []).map(({ Key }) => Key))
      ContinuationToken = page.NextContinuationToken
      if (!ContinuationToken) return keys
    }
  }
  ;(async () => { ${body} })()
`
const countObjects = withBucket('console.log((await list()).length)')
const removeObjects = withBucket(
  'for (const Key of await list()) await client.send(new DeleteObjectCommand({ Bucket, Key }))',
)

const originals = '/data/originals'
const removeOriginals = `
  const { readdirSync, rmSync } = require('node:fs')
  for (const name of readdirSync('${originals}')) rmSync('${originals}/' + name, { recursive: true })
`
const countOriginals = `
  const entries = require('node:fs').readdirSync('${originals}', { recursive: true, withFileTypes: true })
  console.log(entries.filter((entry) => entry.isFile()).length)
`

/** A running compose project, behind its edge, emptied and configured for a suite. */
export async function startEdgeTarget(project: string, options: TargetOptions): Promise<Target> {
  const compose = openCompose(project, contractFiles)
  const sql = (statement: string) =>
    compose.run(['exec', '-T', 'postgres', 'psql', '-U', 'iaas', '-d', 'iaas', '-Atc', statement])
  await configure(compose, options)
  await empty(compose, sql)
  return {
    base: `http://127.0.0.1:${process.env['EDGE_PORT']}`,
    stack: undefined,
    countRenders: () => compose.sumMetric('api', 'iaas_renders_total'),
    untilStored: () =>
      until(async () => (await compose.sumMetric('api', 'iaas_spool_items')) === 0, 30_000),
    countObjects: async () => Number(await compose.script('uploader', countObjects)),
    removeObjects: async () => void (await compose.script('uploader', removeObjects)),
    async plant(id, file) {
      const write = `process.stdin.pipe(require('node:fs').createWriteStream('${originals}/${id}'))`
      await compose.script('api', write, { input: file })
    },
    countOriginals: async () => Number(await compose.script('api', countOriginals)),
    async query(statement) {
      const answer = (await sql(statement)).trim()
      return Number(/^(?:DELETE|UPDATE) (\d+)$/.exec(answer)?.[1] ?? answer.split('\n').length)
    },
    async [Symbol.asyncDispose]() {},
  }
}

/** Services that are told something new are started anew, with the memories that they had. */
async function configure(compose: Compose, { config = {}, tokenSecret = '' }: TargetOptions) {
  const env = { NODE_CONFIG: JSON.stringify(config), TEST_TOKEN_SECRET: tokenSecret }
  const scale = ['api=2', 'renderer=2', 'uploader=3'].flatMap((each) => ['--scale', each])
  await compose.run(['up', '-d', '--wait', ...scale, 'api', 'renderer', 'uploader', 'edge'], {
    env,
  })
}

async function empty(compose: Compose, sql: (statement: string) => Promise<string>) {
  await sql('DELETE FROM images; DELETE FROM tokens')
  await compose.run(['exec', '-T', 'redis', 'redis-cli', 'flushall'])
  await compose.script('api', removeOriginals)
  await compose.run(['exec', '-T', 'edge', 'sh', '-c', 'find /var/cache/nginx -type f -delete'])
}
