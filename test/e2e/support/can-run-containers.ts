import { missingForNode } from '#cluster/node-requirements.ts';
import { hasBusybox } from '#cri/testing/busybox-image.ts';

/** Why tests with real containers cannot run here; undefined when they can. */
export const whyNoContainers: string | undefined =
  missingForNode(process.env) ?? (hasBusybox() ? undefined : 'busybox-static is not installed');

if (whyNoContainers !== undefined) console.warn(`Tests with containers are skipped: ${whyNoContainers}`);
