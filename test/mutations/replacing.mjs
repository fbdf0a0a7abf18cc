/**
 * Breaks made on purpose of replacing an original.
 *
 * @type {import('./mutation.mjs').Mutation[]}
 */
export const replacing = [
  {
    row: 'T69',
    breaks: 'a replacement of the same size and time has the version of what it replaces',
    file: 'packages/common/src/disk/original-store.ts',
    find: '    if (before !== undefined) await dateAfter(await newest(before), file.path)\n',
    replace: '',
    test: 'packages/common/test/disk/original-store.test.ts',
  },
  {
    row: 'T70',
    breaks: 'a replacement brings a deleted original back',
    file: 'packages/common/src/disk/original-places.ts',
    find: '      await clear(id)\n      throw deleted()\n',
    replace: '',
    test: 'packages/common/test/disk/original-store.test.ts',
  },
  {
    row: 'T70',
    breaks: 'an image is replaced whose first upload is not complete',
    file: 'packages/stores/src/postgres/replacements.ts',
    find: '        AND NOT ${isBeingUploaded(id)} RETURNING id`)',
    replace: '        RETURNING id`)',
    test: 'packages/stores/test/postgres/replacements.it.test.ts',
  },
  {
    row: 'T70',
    breaks: 'a token from before a deletion stays good',
    file: 'packages/stores/src/postgres/raise-epochs.ts',
    find: '  if (isGone !== undefined) {\n',
    replace: '  if (ids.length < 0) {\n',
    test: 'packages/stores/test/postgres/replacements.it.test.ts',
  },
  {
    row: 'F53',
    breaks: 'the links of a replaced image survive the process that was killed',
    file: 'packages/stores/src/postgres/replacements.ts',
    find: '  if (ids.length > 0) await unlinkReplaced(',
    replace: '  if (ids.length < 0) await unlinkReplaced(',
    test: 'packages/stores/test/postgres/replacements.it.test.ts',
  },
  {
    row: 'R74',
    breaks: 'the links of the old version stay',
    file: 'packages/stores/src/postgres/unlink-replaced.ts',
    find: 'deleteLinks(trx, ids, anyLink, cdn)',
    replace: 'deleteLinks(trx, [], anyLink, cdn)',
    test: 'packages/stores/test/postgres/replacements.it.test.ts',
  },
  {
    row: 'T76',
    breaks: 'a deletion leaves the older versions',
    file: 'packages/common/src/disk/original-places.ts',
    find: '    await kept.clear(id)\n    const paths',
    replace: '    const paths',
    test: 'packages/common/test/disk/original-store.test.ts',
  },
  {
    row: 'T76',
    breaks: 'a replacement of a restored version gets the stamp of a newer one',
    file: 'packages/common/src/disk/original-store.ts',
    find: 'await dateAfter(await newest(before), file.path)',
    replace: 'await dateAfter(before.modifiedAt, file.path)',
    test: 'packages/common/test/disk/original-store.test.ts',
  },
  {
    row: 'T76',
    breaks: 'the focal point of a kept version is removed',
    file: 'services/api/src/upload/replacing-claims.ts',
    find: 'if (!versions.has(each.version)) await',
    replace: 'await',
    test: 'services/api/test/upload/replacing-claims.test.ts',
  },
  {
    row: 'R82',
    breaks: 'a restore leaves the links of the version that it replaces',
    file: 'services/api/src/upload/replacing-claims.ts',
    find: 'switchBy(() => originals.restore(id, version, renew))',
    replace:
      'originals.restore(id, version, renew).then((original) => ({ original, warnings: [] }))',
    test: 'test/management/replacing.it.test.ts',
  },
  {
    row: 'R82',
    breaks: 'nobody asks whether a leased file was replaced',
    file: 'packages/common/src/use-original.ts',
    find: '    await file.verify?.()\n',
    replace: '',
    test: 'services/api/test/serve-original.test.ts',
  },
  {
    row: 'R82',
    breaks: 'an image that was replaced meanwhile is an error',
    file: 'services/api/src/epochs/answer-afresh.ts',
    find: 'await againIfReplaced(() => serve(request, context))',
    replace: 'await serve(request, context)',
    test: 'services/api/test/epochs/answer-afresh.test.ts',
  },
]
