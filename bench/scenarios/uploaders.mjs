import { fork } from 'node:child_process'
import { join } from 'node:path'
import { measurePairs } from '../measure/pairs.mjs'
import { watchTree } from '../measure/process-tree.mjs'
import { startBacking } from '../stage/backing.mjs'
import { answerOf } from '../stage/answer-of.mjs'
import { withClosers } from '../stage/closers.mjs'
import { findFreePort } from '../stage/ports.mjs'
import { startProduct } from '../stage/product.mjs'
import { startServer } from '../stage/server.mjs'
import { clearLinks, timeLinks } from '../uploads/count-links.mjs'
import { fillQueue } from '../uploads/fill.mjs'

const limits = join(import.meta.dirname, '..', 'limits')
const count = 5000
/** Size of one object, that of a small image, bytes. */
const bytes = 8192
const concurrency = 16
const bucket = 'bench'
const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench-secret' }

/** How many small objects one uploader stores and records, against what it stores them with. */
export const uploaders = {
  name: 'uploaders',
  title: `Uploaders: objects of ${bytes} bytes by second and process, against the bare S3 client`,
  isQuick: false,
  run: () => withClosers(measureUploaders),
}

async function measureUploaders(closers) {
  const { database, redis, folder } = await startBacking(closers)
  if (redis === undefined) return { notes: ['No redis-server on the PATH.'] }
  const endpoint = await startSink(closers)
  const env = {
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    DATA_DIR: folder,
    S3_ENDPOINT: endpoint,
    S3_BUCKET: bucket,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    CACHE_HOST: `${endpoint}/${bucket}`,
    CHECKS_PER_MINUTE: '0',
  }
  // Brings the database to its schema.
  await (await startProduct('api', { env })).stop()
  const row = await measurePairs({
    name: 'one uploader on Redis',
    referenceName: 'bare S3 client',
    pairs: 3,
    ours: () => measureUploader(env),
    reference: () => measureClient(endpoint),
  })
  return { rows: [row] }
}

async function startSink(closers) {
  const port = await findFreePort()
  const base = `http://127.0.0.1:${port}`
  const command = [process.execPath, join(limits, 'object-sink-child.mjs'), `${port}`]
  closers.keep(await startServer({ command, readyUrl: base }))
  return base
}

async function measureUploader(env) {
  await clearLinks(env.DATABASE_URL)
  await fillQueue(env.REDIS_URL, { first: 0, count, bytes })
  const uploader = await startProduct('uploader', { env })
  try {
    return await watch(uploader.pid, () => timeLinks(env.DATABASE_URL, count))
  } finally {
    await uploader.stop()
  }
}

async function measureClient(endpoint) {
  const child = fork(join(limits, 'bare-uploads-child.mjs'))
  const watched = await watch(child.pid, async () => {
    child.send({ endpoint, bucket, credentials, count, bytes, concurrency })
    const { seconds } = await answerOf(child)
    return count / seconds
  })
  child.disconnect()
  return watched
}

async function watch(pid, work) {
  const { result, cpuSeconds, peakBytes } = await watchTree([pid], work)
  return { perSecond: result, cpuMsEach: (cpuSeconds * 1000) / count, peakMiB: peakBytes / 2 ** 20 }
}
