import type { FromChild, ToChild, WorkerSettings } from '../protocol.ts'
import { readyMessage } from '../ready-message.ts'
import { keepsMemory } from '../formats/wasm-memory.ts'
import { hasForeignFont } from '../pipeline/look/load-font.ts'
import { isUnfinished } from './bound-cpu.ts'
import { perform } from './perform.ts'
import { configureSharp } from '../formats/sharp.ts'
import { translateError } from './translate-errors.ts'

/** The process that decodes images. It runs one task at a time and can be killed at any moment. */

let settings: WorkerSettings
let proceed = () => {}

process.on('message', (message: ToChild) => {
  if (message.kind === 'proceed') return proceed()
  if (message.kind === 'settings') {
    settings = message.settings
    configureSharp(settings.refusedFormats)
    return
  }
  const admit = async (bytes: number) => {
    if (bytes <= settings.allowance) return
    const admitted = new Promise<void>((resolve) => {
      proceed = resolve
    })
    tell({ kind: 'cost', bytes, isSpent: isSpent() })
    // If the parent has no room for the task, this never resolves: the next task replaces it.
    await admitted
  }
  perform(message.task, settings, admit).then(
    (result) => tell({ kind: 'done', result, isSpent: isSpent() }),
    (error: unknown) => {
      const { code, message: text } = translateError(error)
      tell({ kind: 'failed', code, message: text, isSpent: isSpent() || isUnfinished(error) })
    },
  )
})

// Children end with their parent, immediately, because an orderly exit would wait for the decoder.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
// The terminal and the service manager signal every process of a group; the parent decides when its children end.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})

// The timeout of a task does not include the start of this process.
process.send?.(readyMessage)

function isSpent(): boolean {
  return keepsMemory() || hasForeignFont()
}

function tell(message: FromChild): void {
  process.send?.(message)
}
