type Configured = {
  readonly api: { readonly keys: readonly unknown[] }
  readonly admin: { readonly password?: string | undefined }
}

/** Returns true if anyone can call the management API: with a key, or as the administrator on the admin listener. */
export function hasManagement({ api, admin }: Configured): boolean {
  return api.keys.length > 0 || admin.password !== undefined
}
