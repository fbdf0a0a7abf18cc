import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { measurePairs } from '../measure/pairs.mjs'
import { residentBytes, treeOf } from '../measure/process-tree.mjs'
import { withClosers } from '../stage/closers.mjs'
import { createRunFolder } from '../stage/folders.mjs'
import { findFreePort } from '../stage/ports.mjs'
import { startProduct } from '../stage/product.mjs'
import { startServer } from '../stage/server.mjs'

const bareProgram = join(import.meta.dirname, '..', 'limits', 'bare-start-child.mjs')
/** After which what a start has left behind is collected. */
const settleMs = 5000

/** How long the standalone stack takes to be ready, and what it holds while nobody asks for anything. */
export const start = {
  name: 'start',
  title: 'Start: starts by second, against a bare process on the same embedded PostgreSQL',
  run: ({ isQuick }) => withClosers((closers) => measureStarts(closers, isQuick)),
}

async function measureStarts(closers, isQuick) {
  const folder = closers.keep(await createRunFolder())
  const env = { DATA_DIR: join(folder.path, 'data') }
  const first = await startProduct('standalone', { env })
  await first.stop()
  const startBare = await prepareBare(join(folder.path, 'bare'))
  const row = await measurePairs({
    name: 'second start of standalone',
    referenceName: 'bare start',
    pairs: isQuick ? 2 : 5,
    ours: async () => timeStart(await startProduct('standalone', { env })),
    reference: async () => timeStart(await startBare()),
  })
  const figures = [
    { name: 'first start of standalone', value: first.readyMs, unit: 'ms' },
    { name: 'second start of standalone', value: row.ours.p50Ms, unit: 'ms' },
    ...(isQuick ? [] : await measureIdle(env)),
  ]
  return { rows: [row], figures }
}

async function prepareBare(dataDir) {
  const startBare = async () => {
    const port = await findFreePort()
    const command = [process.execPath, bareProgram, `${port}`, dataDir]
    return startServer({ command, readyUrl: `http://127.0.0.1:${port}` })
  }
  await (await startBare()).stop()
  return startBare
}

async function timeStart({ readyMs, stop }) {
  await stop()
  return { perSecond: 1000 / readyMs, p50Ms: readyMs }
}

async function measureIdle(env) {
  const idle = await startProduct('standalone', { env })
  await delay(settleMs)
  const pids = treeOf([idle.pid])
  const figures = [
    {
      name: 'idle memory of standalone',
      value: residentBytes([idle.pid]) / 2 ** 20,
      unit: 'MiB',
    },
    { name: 'of which its own process', value: processBytes(idle.pid) / 2 ** 20, unit: 'MiB' },
    { name: 'processes of standalone, PostgreSQL included', value: pids.length, unit: '' },
  ]
  await idle.stop()
  return figures
}

function processBytes(pid) {
  const below = treeOf([pid]).filter((each) => each !== pid)
  return residentBytes([pid]) - residentBytes(below)
}
