import type { CircuitBreaker } from './circuit-breaker.ts'

type AsyncMethod = (...args: never[]) => Promise<unknown>
type AsyncMethodsOf<Port> = {
  [Name in keyof Port]: Port[Name] extends AsyncMethod ? Name : never
}[keyof Port]

/** Returns the port with the named methods guarded by a breaker. */
export function guard<Port extends object>(
  port: Port,
  breaker: CircuitBreaker,
  ...names: readonly AsyncMethodsOf<Port>[]
): Port {
  const guarded = names.map((name) => {
    const method = port[name] as AsyncMethod
    return [name, (...args: never[]) => breaker.run(() => method(...args))] as const
  })
  return { ...port, ...Object.fromEntries(guarded) }
}
