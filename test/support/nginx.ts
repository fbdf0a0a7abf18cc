import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findFreePort } from '@iaas/testing/free-port'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { until } from '@iaas/testing/until'
import { ask } from './http.ts'

export const nginxMissing =
  spawnSync('nginx', ['-v']).status === 0 ? undefined : 'nginx is not on the PATH'

const edge = join(import.meta.dirname, '..', '..', 'deploy', 'edge')

export type Upstreams = { readonly port: number; readonly apiPort: number; readonly bucket: string }

/** Runs the configuration of the compose project in an nginx of this machine, in front of an api and a bucket. */
export async function startNginx({ port, apiPort, bucket }: Upstreams) {
  const folder = await createTemporaryFolder()
  const ports = [8081, 8082, 8083, 8084]
  let site = await readFile(join(edge, 'default.conf.template'), 'utf8')
  for (const each of ports) site = site.replaceAll(`${each}`, `${await findFreePort()}`)
  site = site
    .replace('listen 8080;', `listen 127.0.0.1:${port};`)
    .replace('include /etc/nginx/replicas/api.conf;', `server 127.0.0.1:${apiPort} max_fails=0;`)
    .replace('http://s3:7070', bucket)
    .replaceAll('/var/cache/nginx', join(folder.path, 'cache'))
    .replaceAll(/access_log [^;]*;/g, 'access_log off;')
    .replace('${EDGE_CONNECTIONS_PER_CLIENT}', '256')
    .replace('${PROXIES_BEFORE_EDGE}', '0')
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder.path}/${name};`,
  )
  const config = `worker_processes 1; daemon off; pid ${folder.path}/pid; error_log ${folder.path}/error.log warn;
    events { worker_connections 256; }
    http { ${temporary.join(' ')} ${site} }`
  await mkdir(join(folder.path, 'cache'))
  // The workers are of another user if root runs the tests.
  await chmod(folder.path, 0o777)
  await chmod(join(folder.path, 'cache'), 0o777)
  await writeFile(join(folder.path, 'nginx.conf'), config)
  const nginx = spawn('nginx', ['-c', join(folder.path, 'nginx.conf'), '-p', folder.path])
  await untilAnswers(nginx, `http://127.0.0.1:${port}`)
  return {
    base: `http://127.0.0.1:${port}`,
    cacheDir: join(folder.path, 'cache'),
    errors: () => readFile(join(folder.path, 'error.log'), 'utf8'),
    async [Symbol.asyncDispose]() {
      nginx.kill('SIGTERM')
      if (nginx.exitCode === null) await once(nginx, 'exit')
      await folder[Symbol.asyncDispose]()
    },
  }
}

async function untilAnswers(nginx: ChildProcess, base: string): Promise<void> {
  let output = ''
  nginx.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  await until(async () => {
    if (nginx.exitCode !== null) throw new Error(`nginx has ended: ${output}`)
    // Is answered without an upstream.
    return ask(base, '/cdn/any', { method: 'OPTIONS' }).then(
      () => true,
      () => false,
    )
  })
}
