import type { FromChild, ToChild } from '../protocol.ts'
import { perform } from './perform.ts'
import { configureSharp } from './sharp.ts'
import { translateSharpError } from './translate-errors.ts'

/** The process that decodes pictures: one task at a time, and it may be killed in the middle of any. */

configureSharp()
let proceed = () => {}

process.on('message', (message: ToChild) => {
  if (message.kind === 'proceed') return proceed()
  const { task, limits } = message
  const admit = async (bytes: number) => {
    if (bytes <= limits.allowance) return
    const admitted = new Promise<void>((resolve) => {
      proceed = resolve
    })
    tell({ kind: 'cost', bytes })
    await admitted
  }
  perform(task, limits, admit).then(
    (result) => tell({ kind: 'done', result }),
    (error: unknown) => {
      const { code, message: text } = translateSharpError(error)
      tell({ kind: 'failed', code, message: text })
    },
  )
})

// However the parent ends, its children end with it.
process.on('disconnect', () => process.exit(0))
// The terminal's Ctrl-C reaches every process of its group: the parent decides when its children end.
process.on('SIGINT', () => {})

function tell(message: FromChild): void {
  process.send?.(message)
}
