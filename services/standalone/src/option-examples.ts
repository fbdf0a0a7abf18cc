import type { VariantOptions } from '@iaas/common/image'

/** An image of docs/options.md, which `npm run docs:options` draws. */
export type OptionExample = {
  /** Name of the file in docs/images. */
  readonly file: string
  /** End of the address, after the id. */
  readonly address: string
  /** Draws an animation of three parts of the photo instead of `assets/example.jpg`. */
  readonly isAnimation?: true
}

/** An example of each option that changes the image. */
export const optionExamples: { readonly [Key in keyof VariantOptions]: OptionExample } = {
  fit: { file: 'fit.jpg', address: '_160_160.jpg?fit=crop' },
  gravity: { file: 'gravity.jpg', address: '_100_160.jpg?fit=crop&gravity=west' },
  frame: { file: 'frame.png', address: '_160_160.png?frame=2', isAnimation: true },
  rect: { file: 'rect.jpg', address: '_160_160.jpg?rect=0.5,0.25,0.5,0.5' },
  trim: { file: 'trim.jpg', address: '_160_160.jpg?trim=60' },
  rotate: { file: 'rotate.jpg', address: '_160_160.jpg?rotate=90' },
  flip: { file: 'flip.jpg', address: '_160_160.jpg?flip=horizontal' },
  enlarge: { file: 'enlarge.jpg', address: '_160_160.jpg?enlarge=false&rect=1200,600,80,60' },
  padding: { file: 'padding.jpg', address: '_140_140.jpg?padding=10&background=dde5ee' },
  brightness: { file: 'brightness.jpg', address: '_160_160.jpg?brightness=1.4' },
  contrast: { file: 'contrast.jpg', address: '_160_160.jpg?contrast=1.6' },
  saturation: { file: 'saturation.jpg', address: '_160_160.jpg?saturation=2' },
  hue: { file: 'hue.jpg', address: '_160_160.jpg?hue=120' },
  grayscale: { file: 'grayscale.jpg', address: '_160_160.jpg?grayscale=true' },
  negate: { file: 'negate.jpg', address: '_160_160.jpg?negate=true' },
  blur: { file: 'blur.jpg', address: '_160_160.jpg?blur=4' },
  sharpen: { file: 'sharpen.jpg', address: '_160_160.jpg?sharpen=true' },
  pixelate: { file: 'pixelate.jpg', address: '_160_160.jpg?pixelate=10' },
  background: { file: 'background.jpg', address: '_160_160.jpg?fit=canvas&background=blur' },
  radius: { file: 'radius.png', address: '_100_100.png?fit=crop&radius=max' },
  watermark: { file: 'watermark.jpg', address: '_160_160.jpg?watermark=logo' },
  text: { file: 'text.jpg', address: '_160_160.jpg?text=Lake%20at%20dawn' },
  textSize: { file: 'text-size.jpg', address: '_160_160.jpg?text=Dawn&text_size=40' },
  textFont: { file: 'text-font.jpg', address: '_160_160.jpg?text=Dawn&text_font=brand' },
  textColor: { file: 'text-color.jpg', address: '_160_160.jpg?text=Dawn&text_color=ffcc00' },
  textGravity: {
    file: 'text-gravity.jpg',
    address: '_160_160.jpg?text=Dawn&text_gravity=southwest',
  },
  textBackground: {
    file: 'text-background.jpg',
    address: '_160_160.jpg?text=Dawn&text_background=10182080',
  },
  maxBytes: { file: 'max-bytes.jpg', address: '_160_160.jpg?max_bytes=2000' },
  profile: { file: 'profile.jpg', address: '_160_160.jpg?profile=p3' },
  metadata: { file: 'metadata.jpg', address: '_160_160.jpg?metadata=copyright' },
  animated: { file: 'animated.gif', address: '_160_160.gif', isAnimation: true },
  quality: { file: 'quality.jpg', address: '_160_160.jpg?quality=10' },
}
