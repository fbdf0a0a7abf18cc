// Serves images to servers that were not started here: every address is the file that was named last.
import { createReadStream } from 'node:fs'
import { createServer } from 'node:http'

let file
process.on('message', (path) => {
  file = path
  process.send('ready')
})

const server = createServer((_request, response) => createReadStream(file).pipe(response))
server.listen(Number(process.argv[2]), '127.0.0.1')
