import type { Command } from './command.ts'
import { purgesReplay } from './purges/purges-replay.ts'

/** Every command of `iaas`. The help is made from it. */
export const commands: readonly Command[] = [purgesReplay]
