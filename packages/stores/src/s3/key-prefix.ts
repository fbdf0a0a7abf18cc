import { z } from 'zod'

/** Folder in a bucket, without leading or trailing slashes. */
export const keyPrefix = z
  .string()
  .overwrite((value) => value.replace(/^\/+|\/+$/g, ''))
  .refine(
    (value) => value.split('/').every((part) => /^[\w.-]+$/.test(part) && !/^\.+$/.test(part)),
    'must be folders of letters, digits, ".", "_" and "-", with "/" between them',
  )
