// Measures the peak memory of the decoding children of a process.
import { readFile } from 'node:fs/promises'

const everyMs = 250

/** Watches the children of the process `pid` until stopped; without /proc it reports nothing. */
export function watchChildren(pid) {
  let peakBytes
  const look = async () => {
    for (const child of await listChildren(pid)) {
      const bytes = await readPeak(child)
      if (bytes !== undefined) peakBytes = Math.max(peakBytes ?? 0, bytes)
    }
  }
  const timer = setInterval(() => void look(), everyMs)
  return {
    stop() {
      clearInterval(timer)
      return peakBytes
    },
  }
}

async function listChildren(pid) {
  const text = await read(`/proc/${pid}/task/${pid}/children`)
  return text.split(' ').filter((word) => word !== '')
}

/** Returns undefined for a process that does not decode, such as the database. */
async function readPeak(pid) {
  const command = await read(`/proc/${pid}/cmdline`)
  if (!command.includes('worker/main')) return undefined
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(await read(`/proc/${pid}/status`)) ?? []
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024
}

/** Processes come and go. */
function read(path) {
  return readFile(path, 'utf8').catch(() => '')
}
