import { createCdn } from '@iaas/common/cdn'
import { parseImageUrl, toVariant, variantKey } from '@iaas/common/image'
import { createRedisLinkCache } from '@iaas/stores/redis/link-cache'
import { Redis } from 'ioredis'
import pg from 'pg'

/** The address of a numbered link, `%d` standing for the number. */
export const linkPath = '/hit-%d_400_300.jpg'

const policy = { bounds: { width: 2000, height: 2000 }, webpOptIn: true, webpSwitch: false }
const cdn = createCdn('https://cdn.example.com/')
/** Longer than any measurement. */
const ttlMs = 3_600_000
/** Where the links lead; nothing asks there. */
const urlOf = (number) => `https://cdn.example.com/ab/cd/abcd-${number}.jpg`

/** Writes `count` links into the table, numbered from `first` on. */
export async function seedDatabase(url, count, first = 0) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(
      `INSERT INTO images (id, x, y, fit, file_type, url, blur, quality, rendered_at)
       SELECT 'hit-' || n, 400, 300, 'clip', 'image/jpeg',
         'https://cdn.example.com/ab/cd/abcd-' || n || '.jpg', false, -1, now()
       FROM generate_series($1::int, $2::int - 1) AS n ON CONFLICT DO NOTHING`,
      [first, first + count],
    )
    await client.query('VACUUM ANALYZE images')
  } finally {
    await client.end()
  }
}

/** So few that each is answered within the maximum wait of an api. */
const atOnce = 200

/** Lets Redis remember links 0 to `count` - 1, as the api itself would. */
export async function seedRedis(url, count) {
  const redis = new Redis(url)
  const cache = createRedisLinkCache({ redis, prefix: 'iaas', cdn, ttlMs })
  for (let first = 0; first < count; first += atOnce) {
    const numbers = Array.from({ length: Math.min(atOnce, count - first) }, (_, at) => first + at)
    await Promise.all(
      numbers.map((number) =>
        cache.set(variantKey(toLinkVariant(number)), { address: urlOf(number) }),
      ),
    )
  }
  await redis.quit()
}

/** The variant that a numbered link leads to. */
export function toLinkVariant(number) {
  const request = parseImageUrl(linkPath.replace('%d', number), new URLSearchParams())
  return toVariant(request, policy, false)
}
