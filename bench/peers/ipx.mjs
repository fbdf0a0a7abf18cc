import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findFreePort } from '../stage/ports.mjs'
import { startServer } from '../stage/server.mjs'
import { quality } from '../work/miss-cases.mjs'
import { plantFiles } from '../work/originals.mjs'

const program = join(import.meta.dirname, 'ipx-child.mjs')
/** Asked for to see that it is there. */
const probe = 'probe.svg'
const smallest = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'

/** ipx, from npm: sharp behind a small server. */
export async function startIpx({ folder }) {
  const dir = join(folder, 'ipx')
  await plantFiles(dir, undefined, [])
  await writeFile(join(dir, probe), smallest)
  const port = await findFreePort()
  const base = `http://127.0.0.1:${port}`
  const server = await startServer({
    command: [process.execPath, program, `${port}`, dir],
    readyUrl: `${base}/_/${probe}`,
  })
  return {
    name: 'ipx',
    base,
    pids: [server.pid],
    stop: server.stop,
    canDo: () => true,
    prepare: (photo, names) => plantFiles(dir, photo.path, names),
    headersOf: () => ({}),
    pathOf: (name, { box, format }) =>
      `/fit_inside,s_${box}x${box},f_${format === 'jpg' ? 'jpeg' : format},q_${quality}/${name}`,
  }
}
