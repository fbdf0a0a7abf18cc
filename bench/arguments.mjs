import { parseArgs } from 'node:util'

/**
 * What `npm run bench -- ...` is told.
 *
 * @throws Error in plain words, where it is told something else
 */
export function parseArguments(args) {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      scenario: { type: 'string', multiple: true, default: [] },
      peer: { type: 'string', multiple: true, default: [] },
      links: { type: 'string', default: '10000000' },
      photos: { type: 'string' },
      format: { type: 'string', multiple: true, default: [] },
      page: { type: 'boolean', default: false },
      'write-baseline': { type: 'boolean', default: false },
    },
  })
  return {
    isQuick: values.quick,
    scenarios: values.scenario,
    peers: values.peer.map(parsePeer),
    links: Number(values.links),
    photos: values.photos,
    formats: values.format,
    writesPage: values.page,
    writesBaseline: values['write-baseline'],
  }
}

/** `imgproxy=imgproxy@http://127.0.0.1:8080` */
function parsePeer(text) {
  const [, name, dialect, base] = /^([^=]+)=([a-z]+)@(https?:\/\/.+?)\/?$/.exec(text) ?? []
  if (name === undefined) throw new Error(`--peer is name=dialect@http://host:port, not ${text}`)
  return { name, dialect, base }
}
