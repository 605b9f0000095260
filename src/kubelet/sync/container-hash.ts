import { createHash } from 'node:crypto';
import type { AnyContainer } from '../pod-parts.ts';

/**
 * Identifies what of a container's spec may not change while it runs: as upstream, its name and image.
 * A running container with another hash is restarted.
 */
export const containerHash = ({ name, image }: AnyContainer): string =>
  createHash('sha256')
    .update(JSON.stringify([name, image ?? '']))
    .digest('hex')
    .slice(0, 8);
