import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findFreePort } from '../stage/ports.mjs'
import { startServer } from '../stage/server.mjs'
import { quality } from '../work/miss-cases.mjs'
import { plantFiles } from '../work/originals.mjs'

const filterModule = '/usr/lib/nginx/modules/ngx_http_image_filter_module.so'
const program = '/usr/sbin/nginx'

export const nginxMissing =
  existsSync(filterModule) && existsSync(program)
    ? undefined
    : 'nginx with libnginx-mod-http-image-filter is not installed'

/** nginx with its image filter (libgd), as Debian packages it. */
export async function startNginx({ folder }) {
  const dir = join(folder, 'nginx')
  const files = join(dir, 'files')
  await mkdir(files, { recursive: true })
  const port = await findFreePort()
  const configuration = join(dir, 'nginx.conf')
  await writeFile(configuration, configure(port, dir, files))
  const base = `http://127.0.0.1:${port}`
  const server = await startServer({
    command: [program, '-c', configuration, '-p', dir, '-g', 'daemon off;'],
    readyUrl: `${base}/ready`,
  })
  return {
    name: 'nginx image_filter',
    base,
    pids: [server.pid],
    stop: server.stop,
    canDo: ({ photo, format }) => format === 'jpg' && photo.startsWith('jpeg'),
    prepare: (photo, names) => plantFiles(files, photo.path, names),
    headersOf: () => ({}),
    pathOf: (name, { box }) => `/${box}/${name}`,
  }
}

/** Each of its modules wants one, whether it is used or not. */
const temporaryFolders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']

function configure(port, dir, files) {
  return `load_module ${filterModule};
worker_processes auto;
user root;
pid ${dir}/nginx.pid;
error_log ${dir}/error.log;
events { worker_connections 1024; }
http {
  access_log off;
${temporaryFolders.map((name) => `  ${name}_temp_path ${dir}/${name};`).join('\n')}
  server {
    listen 127.0.0.1:${port};
    location = /ready { return 204; }
    location ~ "^/(?<box>[0-9]+)/(?<name>.+)$" {
      alias ${files}/$name;
      image_filter resize $box $box;
      image_filter_jpeg_quality ${quality};
      image_filter_interlace on;
      image_filter_buffer 64M;
    }
  }
}
`
}
