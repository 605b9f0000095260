import type { Pod } from '#api/core/v1/pod.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../admission.ts';
import { isAbout } from '../requests.ts';

/** Images are pulled each time, so that only who has their credentials runs them. */
export const alwaysPullImages: AdmissionPlugin = {
  name: 'AlwaysPullImages',
  resources: ['pods'],
  mutate(attributes) {
    if (!isConcerned(attributes)) return;
    const { spec } = attributes.object as Mutable<Pod>;
    const old = (attributes.oldObject as Pod | undefined)?.spec;
    const images = new Set([...(old?.containers ?? []), ...(old?.initContainers ?? [])].map(({ image }) => image));
    const containers = [
      ...(spec?.initContainers ?? []),
      ...(spec?.containers ?? []),
      ...(spec?.ephemeralContainers ?? []),
    ];
    if (old && containers.every(({ image }) => images.has(image))) return;
    for (const container of containers) container.imagePullPolicy = 'Always';
    for (const { image } of spec?.volumes ?? []) if (image) image.pullPolicy = 'Always';
  },
};

const isConcerned = (attributes: AdmissionAttributes): boolean =>
  attributes.operation !== 'DELETE' &&
  (isAbout(attributes, 'pods') || isAbout(attributes, 'pods', 'ephemeralcontainers'));
