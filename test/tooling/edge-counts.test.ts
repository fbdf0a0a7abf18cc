import { spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { describe, expect, it } from '@jest/globals'
import { parseMetrics } from '../support/metrics.ts'

const script = join(import.meta.dirname, '..', '..', 'deploy', 'edge', 'count-answers.sh')
const name = 'iaas_edge_responses_total'

describe('the counts of the edge', () => {
  it('add up its answers by status and by what its cache did, over any number of logs', async () => {
    await using folder = await createTemporaryFolder()
    const log = join(folder.path, 'answers.log')
    const metrics = join(folder.path, 'metrics')
    await writeFile(metrics, '')
    async function add(lines: string) {
      await writeFile(log, lines)
      expect(spawnSync('sh', [script, 'add', log, metrics]).status).toBe(0)
      return parseMetrics(await readFile(metrics, 'utf8'))
    }

    const first = await add('')
    for (const status of ['500', '502', '504']) {
      expect([first.has(name, { status }), first.sum(name, { status })]).toEqual([true, 0])
    }
    await add('200 HIT\n200 MISS\n307 EXPIRED\n502 -\n')
    const last = await add('200 HIT\n200 HIT\n503 -\n')
    expect(last.declared).toEqual([name])
    expect(last.sum(name, { status: '200', cache: 'hit' })).toBe(3)
    expect(last.sum(name, { status: '200', cache: 'miss' })).toBe(1)
    expect(last.sum(name, { status: '307', cache: 'expired' })).toBe(1)
    expect(last.sum(name, { status: '502', cache: 'none' })).toBe(1)
    expect(last.sum(name)).toBe(7)
  })
})
