import { setFlagsFromString } from 'node:v8'

/** By how much the heap may exceed what was in use at the last search through all of it, %. */
const growthPercent = 100

/**
 * Has V8 search all of the heap for garbage only once it has doubled. V8's own measure is how fast objects are made; the
 * bytes of pictures lie outside of the heap and are no part of that, yet count as its growth: a process that hands on
 * large pictures was searched through at every sixth of them, for three times the work of handing it on. What is new
 * is looked through as often as before, and gives their bytes back.
 *
 * Takes effect from the next search on. Memory: as much again as the objects in use take (some 40 MiB in an api).
 */
export function letHeapGrow(): void {
  setFlagsFromString(`--heap-growing-percent=${growthPercent}`)
}
