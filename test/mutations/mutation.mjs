import { answers } from './answers.mjs'
import { cdns } from './cdns.mjs'
import { connections } from './connections.mjs'
import { decoding } from './decoding.mjs'
import { epochs } from './epochs.mjs'
import { facts } from './facts.mjs'
import { faults } from './faults.mjs'
import { formats } from './formats.mjs'
import { jobs } from './jobs.mjs'
import { layers } from './layers.mjs'
import { management } from './management.mjs'
import { objects } from './objects.mjs'
import { purges } from './purges.mjs'
import { renders } from './renders.mjs'
import { replacing } from './replacing.mjs'
import { requests } from './requests.mjs'
import { services } from './services.mjs'
import { originals } from './originals.mjs'
import { stores } from './stores.mjs'
import { uploads } from './uploads.mjs'

/**
 * A break of the product, made on purpose, that the test of its row must find.
 *
 * @typedef {object} Mutation
 * @property {string} row the row of docs/threats that it stands for, such as "R10"
 * @property {string} breaks what is wrong with the product then
 * @property {string} file the file that is changed, from the root of the repository on
 * @property {string} find what is replaced; stands exactly once in the file
 * @property {string} replace what stands there instead
 * @property {string} test the file with the tests whose names begin with the row
 */

/** @type {readonly Mutation[]} */
export const mutations = [
  ...requests,
  ...management,
  ...answers,
  ...renders,
  ...layers,
  ...connections,
  ...uploads,
  ...replacing,
  ...formats,
  ...decoding,
  ...facts,
  ...faults,
  ...originals,
  ...stores,
  ...epochs,
  ...objects,
  ...jobs,
  ...purges,
  ...cdns,
  ...services,
]
