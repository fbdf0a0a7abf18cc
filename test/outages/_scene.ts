import type { Deployed } from '../support/deployed.ts'
import type { Fleet, Member } from './fleet.ts'
import type { Witness } from './_witness.ts'

export type Scene = {
  readonly deployed: Deployed
  readonly fleet: Fleet
  readonly originalsDir: string
  readonly witness: Witness
}

export function apisOf(fleet: Fleet): readonly Member[] {
  return fleet.members.filter(({ service }) => service === 'api')
}
