// The least that an object store can do: takes what it is sent, forgets it, and says that it has it.
import { createServer } from 'node:http'

const etag = '"0123456789abcdef0123456789abcdef"'

createServer((request, response) => {
  request.resume()
  request.on('end', () => {
    response.writeHead(200, { ETag: etag, 'Content-Length': '0' })
    response.end()
  })
}).listen(Number(process.argv[2]), '127.0.0.1')
