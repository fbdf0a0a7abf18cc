import { makeGif } from './make-gif.ts'

/** Creates a GIF of 20 x 20 px whose frames are red and blue in turn. */
export function makeLongGif(frames: number): Buffer {
  const whole = { left: 0, top: 0, width: 20, height: 20 }
  return makeGif({
    width: 20,
    height: 20,
    frames: Array.from({ length: frames }, (_, at) => ({ ...whole, colour: at % 2 })),
    palette: [
      [255, 0, 0],
      [0, 0, 255],
    ],
  })
}
