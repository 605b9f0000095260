import type { Image } from '#cri/runtime.ts';

const HIGH = 0.85;
const LOW = 0.8;

export interface ImageGarbageInput {
  readonly capacityBytes: number;
  readonly availableBytes: number;
  readonly images: readonly Image[];
  readonly isInUse: (image: Image) => boolean;
  /** Milliseconds since the epoch; 0 for never. */
  readonly lastUsed: (image: Image) => number;
}

/** The images to remove, those unused for longest first; none while the disk is less than 85 % full. */
export function imagesToRemove(input: ImageGarbageInput): Image[] {
  const { capacityBytes, availableBytes } = input;
  const used = capacityBytes - availableBytes;
  if (used < capacityBytes * HIGH) return [];
  let excess = used - capacityBytes * LOW;
  const unused = input.images
    .filter((image) => !input.isInUse(image))
    .sort((a, b) => input.lastUsed(a) - input.lastUsed(b));
  const chosen: Image[] = [];
  for (const image of unused) {
    if (excess <= 0) break;
    chosen.push(image);
    excess -= image.sizeBytes;
  }
  return chosen;
}
