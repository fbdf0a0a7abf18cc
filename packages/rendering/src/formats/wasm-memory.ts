/** Memory that a decoder in WebAssembly may keep after a task, bytes. */
const mostKeptBytes = 48 * 1024 * 1024

let keptBytes = 0

/** Notes the memory of a decoder, which grows and never shrinks. */
export function noteWasmMemory(bytes: number): void {
  keptBytes = Math.max(keptBytes, bytes)
}

/** Returns true if decoders keep so much memory that this process should end after its task. */
export function keepsMemory(): boolean {
  return keptBytes > mostKeptBytes
}
