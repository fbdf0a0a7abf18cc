// The limit of a hit: Node's own server answering the same redirect with the same headers, and nothing else.
import { createServer } from 'node:http'

const [portText, headersJson] = process.argv.slice(2)
const headers = JSON.parse(headersJson)

createServer((_request, response) => {
  response.writeHead(307, headers)
  response.end()
}).listen(Number(portText), '127.0.0.1')
