/**
 * Breaks made on purpose of the management API, for rows of docs/threats.
 *
 * @type {import('./mutation.mjs').Mutation[]}
 */
export const management = [
  {
    row: 'R71',
    breaks: 'an encoded path is a call as well',
    file: 'services/api/src/management/answer-call.ts',
    find: 'const resource = findResource(path)',
    replace: 'const resource = findResource(decodeURIComponent(path))',
    test: 'test/management/door.it.test.ts',
  },
  {
    row: 'R71',
    breaks: 'empty segments of a path are skipped',
    file: 'services/api/src/management/find-route.ts',
    find: "path.slice(apiVersionPath.length).split('/')",
    replace: 'path.slice(apiVersionPath.length).split(/\\/+/)',
    test: 'test/management/door.it.test.ts',
  },
  {
    row: 'T60',
    breaks: 'wrong keys are not counted',
    file: 'services/api/src/management/authenticate.ts',
    find: 'await wrongKeys.take(client)',
    replace: 'await wrongKeys.check(client)',
    test: 'services/api/test/management/authenticate.test.ts',
  },
  {
    row: 'T60',
    breaks: 'a right guess is answered beyond the limit',
    file: 'services/api/src/management/authenticate.ts',
    find: '    await wrongKeys.check(client)\n',
    replace: '',
    test: 'services/api/test/management/authenticate.test.ts',
  },
  {
    row: 'T61',
    breaks: 'any key may do anything',
    file: 'services/api/src/management/answer-call.ts',
    find: 'if (scopes.includes(scope)) return',
    replace: 'if (scopes.length > 0 || scopes.includes(scope)) return',
    test: 'test/management/door.it.test.ts',
  },
  {
    row: 'T61',
    breaks: 'the path is looked at before the key',
    file: 'services/api/src/management/answer-call.ts',
    find: '      const client = clientOf(req)\n',
    replace:
      "      const client = clientOf(req)\n      findResource(readTarget(req.url ?? '').path)\n",
    test: 'test/management/door.it.test.ts',
  },
  {
    row: 'T62',
    breaks: 'the digest of a key is a key',
    file: 'services/api/src/management/find-key.ts',
    find: "hash('sha256', received, 'buffer')",
    replace:
      "/^[\\da-f]{64}$/.test(received) ? Buffer.from(received, 'hex') : hash('sha256', received, 'buffer')",
    test: 'services/api/test/management/authenticate.test.ts',
  },
  {
    row: 'T63',
    breaks: 'a body is awaited before its key is checked',
    file: 'services/api/src/management/answer-call.ts',
    find: 'const key = await authenticate(req, client)',
    replace:
      "if (req.method === 'PUT') await new Promise((resolve) => req.resume().once('close', resolve))\n      const key = await authenticate(req, client)",
    test: 'test/management/door.it.test.ts',
  },
  {
    row: 'T64',
    breaks: 'the first of two headers counts',
    file: 'services/api/src/management/authenticate.ts',
    find: 'return others.length > 0 ? undefined : bearer',
    replace: 'return others.length > 9 ? undefined : bearer',
    test: 'services/api/test/management/authenticate.test.ts',
  },
  {
    row: 'T65',
    breaks: 'the log does not say who called',
    file: 'services/api/src/management/answer-call.ts',
    find: 'audit.caller = key.name',
    replace: 'audit.caller ??= undefined',
    test: 'test/management/door.it.test.ts',
  },
  {
    row: 'T66',
    breaks: 'an id is taken after its upload only',
    file: 'services/api/src/create-original.ts',
    find: 'await tokens.take(id, upload.longestReceiveMs + longestKeepMs)',
    replace: "('' as Awaited<ReturnType<typeof tokens.take>>)",
    test: 'test/management/uploads.it.test.ts',
  },
  {
    row: 'T66',
    breaks: 'a failed upload keeps its id',
    file: 'services/api/src/create-original.ts',
    find: 'await tokens.release(token, id).catch(',
    replace: 'await Promise.resolve().catch(',
    test: 'test/management/uploads.it.test.ts',
  },
  {
    row: 'T66',
    breaks: 'a body in chunks has no limit',
    file: 'services/api/src/upload/receive-body.ts',
    find: 'if (bytes > maxBytes)',
    replace: 'if (bytes < 0)',
    test: 'test/management/uploads.it.test.ts',
  },
]
