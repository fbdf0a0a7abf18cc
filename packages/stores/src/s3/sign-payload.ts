import type { PutObjectCommand } from '@aws-sdk/client-s3'

/** Signs a request with the SHA-256 of its body, which is a stream and would otherwise not be part of the signature. */
export function signPayload(command: PutObjectCommand, sha256: string): void {
  command.middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { readonly headers: Record<string, string> }
      headers['x-amz-content-sha256'] = sha256
      return next(args)
    },
    { step: 'build', name: 'signPayload' },
  )
}
