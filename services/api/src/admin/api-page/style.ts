import { hash } from 'node:crypto'
import { Html } from './html.ts'

/** Colours follow the setting of the system. */
const css = `
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin-top: 3rem; font-size: 1.2rem; overflow-wrap: anywhere; }
h3 { font-size: 1rem; margin-bottom: 0.3rem; }
table { border-collapse: collapse; width: 100%; }
td, th { border-top: 1px solid #8885; padding: 0.3rem 1rem 0.3rem 0; text-align: left; vertical-align: top; }
code { font-size: 0.9em; }
ul { padding-left: 1.2rem; margin: 0; }
section:target h2 { background: #fc05; }
`

export const styleElement = new Html(`<style>${css}</style>`)

/** Source expression of a Content-Security-Policy that permits this style only. */
export const styleSource = `'sha256-${hash('sha256', css, 'base64')}'`
