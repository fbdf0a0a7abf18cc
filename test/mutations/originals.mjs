/**
 * Breaks made on purpose of originals in a bucket and of their cache.
 *
 * @type {import('./mutation.mjs').Mutation[]}
 */
export const originals = [
  {
    row: 'F54',
    breaks: 'an outage of the bucket takes the cached originals with it',
    file: 'packages/stores/src/s3/originals/known-pointers.ts',
    find: 'known.get(id)?.pointer ?? (await findCached(id))',
    replace: 'undefined',
    test: 'packages/stores/test/s3/originals/known-pointers.test.ts',
  },
  {
    row: 'F54',
    breaks: 'a deleted original comes back from the cache during an outage',
    file: 'packages/stores/src/s3/originals/cache-follower.ts',
    find: 'for (const id of ids) void remove(id)',
    replace: 'for (const id of ids) void Promise.resolve(id)',
    test: 'packages/stores/test/s3/originals/outages.it.test.ts',
  },
  {
    row: 'R77',
    breaks: 'each request downloads its original',
    file: 'packages/common/src/disk/file-cache.ts',
    find: 'await downloads.join(name,',
    replace: 'await downloads.join(randomUUID(),',
    test: 'packages/common/test/disk/file-cache.test.ts',
  },
  {
    row: 'R77',
    breaks: 'a lease of an old original is taken for one of a killed process',
    file: 'packages/common/src/disk/cached-files.ts',
    find: 'Date.now() - changedMs > leftOverMs',
    replace: 'changedMs > 0',
    test: 'packages/common/test/disk/file-cache.test.ts',
  },
  {
    row: 'T71',
    breaks: 'nobody compares what the bucket has with what was sent',
    file: 'packages/stores/src/s3/send-file.ts',
    find: '  await verify(client, place, digests)\n',
    replace: '',
    test: 'packages/stores/test/s3/originals/outages.it.test.ts',
  },
  {
    row: 'T71',
    breaks: 'the bytes of a file are sent in chunks, without its checksum in the signature',
    file: 'packages/stores/src/s3/object-bucket.ts',
    find: "    requestChecksumCalculation: 'WHEN_REQUIRED',\n",
    replace: '',
    test: 'packages/stores/test/s3/storage.it.test.ts',
  },
  {
    row: 'T72',
    breaks: 'a known version is used for ever',
    file: 'packages/stores/src/s3/originals/known-pointers.ts',
    find: ' && now() - found.at < ttlMs',
    replace: '',
    test: 'packages/stores/test/s3/originals/known-pointers.test.ts',
  },
  {
    row: 'T72',
    breaks: 'a version that was read before a raise is kept after it',
    file: 'packages/stores/src/s3/originals/known-pointers.ts',
    find: ' && generation === startedIn',
    replace: '',
    test: 'packages/stores/test/s3/originals/known-pointers.test.ts',
  },
]
