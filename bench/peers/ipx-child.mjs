// ipx as its readme shows it, on a folder of images.
import { createServer } from 'node:http'
import { createIPX, createIPXNodeServer, ipxFSStorage } from 'ipx'

const [portText, dir] = process.argv.slice(2)
const ipx = createIPX({ storage: ipxFSStorage({ dir }) })
createServer(createIPXNodeServer(ipx)).listen(Number(portText), '127.0.0.1')
