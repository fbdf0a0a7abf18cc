import { encoders } from './encoders.mjs'
import { growth } from './growth.mjs'
import { hit } from './hit.mjs'
import { linkCost } from './link-cost.mjs'
import { miss } from './miss.mjs'
import { options } from './options.mjs'
import { peers } from './peers.mjs'
import { persistence } from './persistence.mjs'
import { start } from './start.mjs'
import { uploaders } from './uploaders.mjs'
import { whole } from './whole.mjs'

const scenarios = [
  miss,
  whole,
  persistence,
  hit,
  start,
  peers,
  encoders,
  options,
  growth,
  linkCost,
  uploaders,
]

/** The scenarios that were asked for; all of them where none was. @throws Error for an unknown one */
export function chooseScenarios({ scenarios: names, isQuick }) {
  const known = scenarios.map(({ name }) => name)
  const unknown = names.filter((name) => !known.includes(name))
  if (unknown.length > 0)
    throw new Error(`No scenario ${unknown.join(', ')}; there are ${known.join(', ')}.`)
  if (names.length === 0) return scenarios.filter((each) => !isQuick || each.isQuick !== false)
  return scenarios.filter(({ name }) => names.includes(name))
}
