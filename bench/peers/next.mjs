import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findFreePort } from '../stage/ports.mjs'
import { startServer } from '../stage/server.mjs'
import { quality } from '../work/miss-cases.mjs'
import { plantFiles } from '../work/originals.mjs'

const run = promisify(execFile)
const program = createRequire(import.meta.url).resolve('next/dist/bin/next')
const widths = [200, 400, 800, 1600]

const config = `export default {
  images: { deviceSizes: ${JSON.stringify(widths)}, imageSizes: [], qualities: [${quality}] },
}
`
const page = 'export default function Page() { return null }\n'

/**
 * next/image, from npm: the image optimizer of an application that has nothing else. It knows the files that lie there
 * when it starts, so that it is started anew for each batch of them.
 */
export async function prepareNext({ folder }) {
  const app = join(folder, 'next')
  await mkdir(join(app, 'pages'), { recursive: true })
  await writeFile(join(app, 'next.config.mjs'), config)
  await writeFile(join(app, 'pages', 'index.js'), page)
  await writeFile(join(app, 'package.json'), '{"type":"module"}\n')
  await run(process.execPath, [program, 'build'], { cwd: app, env: quietEnvironment() })
  let server
  const stop = async () => server?.stop()
  const peer = {
    name: 'next/image',
    base: '',
    pids: [],
    stop,
    canDo: ({ photo, format }) => format === 'webp' || photo.startsWith(formatPrefix(format)),
    async prepare(photo, names) {
      await stop()
      await plantFiles(join(app, 'public'), photo.path, names)
      const port = await findFreePort()
      peer.base = `http://127.0.0.1:${port}`
      server = await startServer({
        command: [process.execPath, program, 'start', '-p', `${port}`, '-H', '127.0.0.1'],
        env: quietEnvironment(),
        cwd: app,
        readyUrl: peer.base,
      })
      peer.pids = [server.pid]
    },
    headersOf: ({ format }) => (format === 'webp' ? { accept: 'image/webp' } : {}),
    pathOf: (name, { box }) => `/_next/image?url=%2F${name}&w=${box}&q=${quality}`,
  }
  return peer
}

function quietEnvironment() {
  const { PATH, HOME } = process.env
  return { PATH, HOME, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' }
}

/** It writes the format that it reads, or WebP. */
function formatPrefix(format) {
  return format === 'jpg' ? 'jpeg' : format
}
