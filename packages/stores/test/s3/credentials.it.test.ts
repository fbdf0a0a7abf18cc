import { type IncomingMessage } from 'node:http'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createVariantStore } from '@iaas/stores/composition/backends'
import { parseConfig } from '@iaas/common/config/load'
import { objectKey } from '@iaas/common/digest'
import { awsSettings } from '@iaas/stores/s3/config'
import { prepareS3Bucket } from '@iaas/stores/s3/prepare-bucket'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { makeVariant } from '@iaas/testing/variants'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { type HttpServer, serve, serveBucket } from './_bucket-server.ts'

const variables = /^AWS_/
const inherited = Object.entries(process.env).filter(([name]) => variables.test(name))

/** The SDK reads these by itself. */
function setVariables(values: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(process.env)) if (variables.test(name)) delete process.env[name]
  Object.assign(process.env, values)
}

// No machine of a cloud, and no files of whoever runs the tests.
const nowhere = {
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_SHARED_CREDENTIALS_FILE: '/nowhere',
  AWS_CONFIG_FILE: '/nowhere',
}
beforeEach(() => setVariables(nowhere))
afterEach(() => setVariables(Object.fromEntries(inherited) as Record<string, string>))

function readSettings(endpoint: string, env: Readonly<Record<string, string>>, aws: object = {}) {
  const schema = z.object({ aws: awsSettings })
  const files = { aws: { bucket: 'bucket', cache_host: 'https://cdn.example', endpoint, ...aws } }
  return parseConfig(schema, files, env).aws
}

/** Stores an object as a service does that is configured so. */
async function put(
  endpoint: string,
  env: Readonly<Record<string, string>>,
  aws: object = {},
): Promise<void> {
  const config = { aws: readSettings(endpoint, env, aws), folders: { variants: '/nowhere' } }
  await using store = await createVariantStore(config, { timeoutMs: 5000 })
  await store.variants.put(objectKey(makeVariant(), Date.now()), new Uint8Array(10), 'image/jpeg')
}

/** Whose keys a request was signed with, and their session token. */
function signerOf(request: IncomingMessage | undefined) {
  const [, keyId] = /Credential=(\w+)\//.exec(request?.headers.authorization ?? '') ?? []
  return { keyId, token: request?.headers['x-amz-security-token'] }
}

/** Answers as the metadata endpoints of containers do. */
function serveCredentials(onRequest: (request: IncomingMessage) => void): Promise<HttpServer> {
  return serve((request, response) => {
    onRequest(request)
    const keys = { AccessKeyId: 'CONTAINERKEY', SecretAccessKey: 'secret', Token: 'of-the-task' }
    const Expiration = new Date(Date.now() + 3_600_000).toISOString()
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ ...keys, Expiration }))
  })
}

describe('the credentials of the bucket', () => {
  const temporary = { AWS_ACCESS_KEY_ID: 'TEMPORARY', AWS_SECRET_ACCESS_KEY: 'secret' }

  it('F40 may be temporary: their session token is sent with them', async () => {
    await using s3 = await serveBucket()
    await put(s3.url, { ...temporary, AWS_SESSION_TOKEN: 'of-the-session' })
    expect(signerOf(s3.requests[0])).toEqual({ keyId: 'TEMPORARY', token: 'of-the-session' })
  })

  it('may have their session token in a file, or in the file of the configuration', async () => {
    await using s3 = await serveBucket()
    await using folder = await createTemporaryFolder()
    const file = join(folder.path, 'token')
    await writeFile(file, 'of-the-file\n')
    await put(s3.url, { ...temporary, AWS_SESSION_TOKEN_FILE: file })
    const keys = { access_key: 'INFILE', secret_key: 'secret', session_token: 'of-the-json' }
    await put(s3.url, {}, keys)
    expect(s3.requests.map(signerOf)).toEqual([
      { keyId: 'TEMPORARY', token: 'of-the-file' },
      { keyId: 'INFILE', token: 'of-the-json' },
    ])
  })

  it('need no session token', async () => {
    await using s3 = await serveBucket()
    await put(s3.url, temporary)
    expect(signerOf(s3.requests[0])).toEqual({ keyId: 'TEMPORARY', token: undefined })
  })

  it('are those of the container where no keys are configured', async () => {
    await using s3 = await serveBucket()
    const asked: (string | undefined)[] = []
    await using metadata = await serveCredentials((request) =>
      asked.push(request.headers.authorization),
    )
    setVariables({
      ...nowhere,
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${metadata.url}/v2/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: 'permit-of-the-pod',
    })
    await put(s3.url, {})
    expect(signerOf(s3.requests[0])).toEqual({ keyId: 'CONTAINERKEY', token: 'of-the-task' })
    expect(asked).toEqual(['permit-of-the-pod'])
  })

  it('are those of the role of the web identity where no keys are configured', async () => {
    await using s3 = await serveBucket()
    await using folder = await createTemporaryFolder()
    await using sts = await serve((request, response) => {
      request.resume()
      response.setHeader('content-type', 'text/xml').end(assumedRole())
    })
    const file = join(folder.path, 'web-identity')
    await writeFile(file, 'a.web.token')
    setVariables({
      ...nowhere,
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL_STS: sts.url,
      AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/uploader',
      AWS_WEB_IDENTITY_TOKEN_FILE: file,
    })
    await put(s3.url, {})
    expect(signerOf(s3.requests[0])).toEqual({ keyId: 'ASSUMED', token: 'of-the-role' })
  })

  it('of the container also make the bucket, once, of a server of one’s own', async () => {
    await using s3 = await serveBucket()
    await using metadata = await serveCredentials(() => {})
    setVariables({ ...nowhere, AWS_CONTAINER_CREDENTIALS_FULL_URI: `${metadata.url}/credentials` })
    await prepareS3Bucket(readSettings(s3.url, {}))
    expect(s3.requests.map(signerOf)).toEqual(
      Array.from({ length: 2 }, () => ({ keyId: 'CONTAINERKEY', token: 'of-the-task' })),
    )
  })
})

describe('credentials that are not there', () => {
  it('F40 are told apart from a bucket that does not answer', async () => {
    await using s3 = await serveBucket()
    await expect(put(s3.url, {})).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message:
        'There are no credentials for the variant store: set aws.access_key and aws.secret_key, or give this machine, container or pod a role.',
    })
    expect(s3.requests).toEqual([])
  })

  it('F40 are told with what the role was refused for', async () => {
    await using s3 = await serveBucket()
    await using folder = await createTemporaryFolder()
    await using sts = await serve((request, response) => {
      request.resume()
      const error = '<Error><Code>AccessDenied</Code><Message>No.</Message></Error>'
      response.writeHead(403, { 'content-type': 'text/xml' })
      response.end(`<ErrorResponse>${error}</ErrorResponse>`)
    })
    const file = join(folder.path, 'web-identity')
    await writeFile(file, 'a.web.token')
    setVariables({
      ...nowhere,
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL_STS: sts.url,
      AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/uploader',
      AWS_WEB_IDENTITY_TOKEN_FILE: file,
    })
    await expect(put(s3.url, {})).rejects.toMatchObject({
      message: 'The credentials for the variant store were refused: AccessDenied.',
    })
  })

  it.each(['ExpiredToken', 'InvalidToken', 'InvalidAccessKeyId', 'SignatureDoesNotMatch'])(
    'F40 that are no longer good (%s) are told with what to look at',
    async (code) => {
      await using s3 = await serve((request, response) => {
        request.resume()
        response.writeHead(403).end(`<Error><Code>${code}</Code></Error>`)
      })
      const env = { AWS_ACCESS_KEY_ID: 'ID', AWS_SECRET_ACCESS_KEY: 's', AWS_SESSION_TOKEN: 't' }
      await expect(put(s3.url, env)).rejects.toMatchObject({
        message: `The variant store refused: ${code}. Check aws.access_key, aws.secret_key and aws.session_token.`,
      })
    },
  )
})

function assumedRole(): string {
  const expires = new Date(Date.now() + 3_600_000).toISOString()
  const keys = `<AccessKeyId>ASSUMED</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>`
  const credentials = `<Credentials>${keys}<SessionToken>of-the-role</SessionToken><Expiration>${expires}</Expiration></Credentials>`
  const name = 'AssumeRoleWithWebIdentity'
  return `<${name}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${name}Result>${credentials}</${name}Result></${name}Response>`
}
