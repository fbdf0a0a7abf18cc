import { readFileSync, readdirSync } from 'node:fs'

/** Linux counts the time of processes in hundredths of a second, whatever the kernel's own tick. */
const ticksPerSecond = 100
/** Looking takes a while itself. */
const sampleEveryMs = 400

/** The processes below some, and these. */
export function treeOf(roots) {
  const children = new Map()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const fields = readStat(name)
    if (fields === undefined) continue
    const parent = Number(fields[1])
    children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  const found = []
  for (const left = [...roots]; left.length > 0;) {
    const pid = left.pop()
    found.push(pid)
    left.push(...(children.get(pid) ?? []))
  }
  return found
}

/** The processor time that a tree has taken so far, its ended children included, s. */
export function cpuSeconds(roots) {
  const ticks = treeOf(roots).map((pid) => {
    const fields = readStat(pid)
    return fields === undefined
      ? 0
      : fields.slice(11, 15).reduce((sum, text) => sum + Number(text), 0)
  })
  return ticks.reduce((sum, each) => sum + each, 0) / ticksPerSecond
}

/** The memory that a tree holds now, bytes; what several processes share is divided among them. */
export function residentBytes(roots) {
  const kibibytes = treeOf(roots).map((pid) => {
    try {
      return Number(
        /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0,
      )
    } catch {
      return 0
    }
  })
  return kibibytes.reduce((sum, each) => sum + each, 0) * 1024
}

/** What a tree takes while something is done: processor time, s, and the most memory at once, bytes. */
export async function watchTree(roots, work) {
  const cpuBefore = cpuSeconds(roots)
  let peakBytes = residentBytes(roots)
  const timer = setInterval(() => {
    peakBytes = Math.max(peakBytes, residentBytes(roots))
  }, sampleEveryMs)
  try {
    const result = await work()
    return { result, cpuSeconds: cpuSeconds(roots) - cpuBefore, peakBytes }
  } finally {
    clearInterval(timer)
  }
}

/** The fields of /proc/PID/stat behind the name, the state first; undefined where the process is gone. */
function readStat(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}
