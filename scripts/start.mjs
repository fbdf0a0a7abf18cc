// `npm start`: everything on this machine, from a fresh checkout on.
import { prepare } from './prepare.mjs'

prepare()
process.setSourceMapsEnabled(true)
await import('../services/standalone/dist/main.js')
