import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { type Provided, provideDatabase, query } from '@iaas/testing/postgres'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { ask, postToken, upload } from '../support/http.ts'
import { type Stack, startStack } from '../support/stack.ts'

/** What the seed's own migrations leave behind. */
const seedSchema = `
  CREATE TABLE images (id VARCHAR(255), x INT, y INT, fit VARCHAR(8), file_type VARCHAR(16), url VARCHAR(255));
  CREATE TABLE tokens (id VARCHAR(255), image_id VARCHAR(255), used INT);
  CREATE UNIQUE INDEX unique_token ON tokens(id);
  CREATE UNIQUE INDEX unique_image_request ON tokens(image_id);
  ALTER TABLE tokens ADD COLUMN valid_until TIMESTAMP WITH TIME ZONE;
  ALTER TABLE images ADD COLUMN blur BOOLEAN DEFAULT 'f';
  ALTER TABLE images ADD COLUMN rendered_at TIMESTAMPTZ DEFAULT NULL;
  ALTER TABLE images ADD COLUMN quality INT NOT NULL DEFAULT -1;
  CREATE UNIQUE INDEX unique_image ON images(id,x,y,fit,file_type,blur,quality);
  ALTER TABLE tokens ADD COLUMN uploaded_at TIMESTAMP WITH TIME ZONE;
  CREATE TABLE appchangelog (name TEXT NOT NULL, created_at TIMESTAMPTZ NOT NULL, completed_at TIMESTAMPTZ);
  INSERT INTO images (id, x, y, fit, file_type, url, blur, quality, rendered_at) VALUES
    ('cat', 100, 80, 'clip', 'image/jpeg', 'https://cdn.example/cat_100x80.clip.b-false.q--1.jpg', false, -1, '2019-01-01'),
    ('cat', 100, 80, 'crop', 'image/png', 'https://cdn.example/cat_100x80.crop.b-true.q-50.png', true, -1, NULL);
  INSERT INTO tokens (id, image_id, valid_until, used, uploaded_at) VALUES
    ('0d1c7a0e-live', 'dog', now() + interval '10 minutes', 0, NULL),
    ('0d1c7a0e-old', 'fox', now() - interval '10 minutes', 0, NULL),
    ('0d1c7a0e-used', 'cat', now() - interval '1 year', 1, now() - interval '1 year'),
    ('0d1c7a0e-lost', 'owl', now() - interval '1 year', 1, NULL);`

describe('a database and originals of the seed', () => {
  let database: Provided
  let folder: Awaited<ReturnType<typeof createTemporaryFolder>>
  let stack: Stack
  let photo: Buffer

  beforeAll(async () => {
    database = await provideDatabase()
    folder = await createTemporaryFolder()
    await query(database.url, seedSchema)
    photo = await makePhoto({ width: 60, height: 40, format: 'jpeg' })
    const originals = join(folder.path, 'images')
    await mkdir(originals)
    await writeFile(join(originals, 'cat'), photo)
    const { username, password, hostname, port, pathname } = new URL(database.url)
    const postgresql = {
      user: username,
      password,
      host: hostname,
      port: Number(port),
      database: pathname.slice(1),
    }
    const files = {
      postgresql,
      originals_dir: originals,
      aws: { cache_host: 'https://cdn.example' },
    }
    stack = await startStack({ env: { NODE_CONFIG: JSON.stringify(files) }, dataDir: folder.path })
  })
  afterAll(async () => {
    await stack[Symbol.asyncDispose]()
    await database[Symbol.asyncDispose]()
    await folder[Symbol.asyncDispose]()
  })

  it('its links are hits', async () => {
    const clip = await ask(stack.base, '/cat_100_80.jpg')
    expect([clip.status, clip.headers.location]).toEqual([
      307,
      'https://cdn.example/cat_100x80.clip.b-false.q--1.jpg',
    ])
    const crop = await ask(stack.base, '/cat_50_40_2x.png?fit=crop&blur=true&quality=50')
    expect(crop.headers.location).toBe('https://cdn.example/cat_100x80.crop.b-true.q-50.png')
  })

  it('its links are hits again and again, whatever script and spaces their addresses have', async () => {
    await query(
      database.url,
      `INSERT INTO images (id, x, y, fit, file_type, url, blur, quality) VALUES
       ('猫', 9, 9, 'clip', 'image/jpeg', 'https://cdn.example/2019-01-01 10:00_猫é.jpg', false, -1)`,
    )
    for (let time = 0; time < 3; time += 1) {
      const { status, headers } = await ask(stack.base, `/${encodeURIComponent('猫')}_9_9.jpg`)
      expect([status, headers.location]).toEqual([
        307,
        'https://cdn.example/2019-01-01%2010:00_%E7%8C%AB%C3%A9.jpg',
      ])
    }
  })

  it('its originals are served and rendered', async () => {
    expect((await ask(stack.base, '/cat.jpg')).body.equals(photo)).toBe(true)
    expect((await ask(stack.base, '/cat_31_31.jpg')).status).toBe(200)
  })

  it('its live tokens are good, its expired ones are not', async () => {
    expect((await upload(stack.base, 'dog', '0d1c7a0e-live', photo)).status).toBe(200)
    expect((await upload(stack.base, 'fox', '0d1c7a0e-old', photo)).status).toBe(403)
    expect((await postToken(stack.base, { id: 'fox' })).status).toBe(200)
  })

  it('its ids stay taken, also those whose upload it has not noted', async () => {
    for (const id of ['cat', 'owl']) expect((await postToken(stack.base, { id })).status).toBe(403)
  })

  it('its own statements work on the new schema', async () => {
    await query(
      database.url,
      `INSERT INTO tokens (id, image_id, valid_until, used) VALUES ('seed', 'emu', now() + interval '15 minute', 0)`,
    )
    expect((await upload(stack.base, 'emu', 'seed', photo)).status).toBe(200)
    await query(
      database.url,
      `INSERT INTO images (id, x, y, fit, file_type, url, blur, quality, rendered_at)
       VALUES ('emu', 9, 9, 'cover', 'image/webp', 'https://cdn.example/emu', false, 7, now())`,
    )
    const answer = await ask(stack.base, '/emu_9_9.webp?quality=7&fit=cover')
    expect(answer.headers.location).toBe('https://cdn.example/emu')
  })
})
