import { type DeviceClass, DeviceClasses } from '#api/resource/v1/device-class.ts';
import type { InformerFactory } from '#client/informer-factory.ts';

const IMPLICIT = 'deviceclass.resource.kubernetes.io/';

/** The resource that every device class of this name stands for. */
export const implicitResource = (name: string): string => `${IMPLICIT}${name}`;

/** Whether a name is that of a resource which devices may stand for. */
export const isExtendedResource = (name: string): boolean =>
  name.startsWith(IMPLICIT) || (name.includes('/') && !isNative(name) && !name.startsWith('requests.'));

const isNative = (name: string): boolean => /^([^/]*\.)?kubernetes\.io\//.test(name);

/** Finds the class of devices that stand for an extended resource. */
export class DeviceClassResolver {
  readonly #store;
  #version = 0;
  #byResource: ReadonlyMap<string, DeviceClass> | undefined;

  /** `onChange` is called whenever what it finds may have changed. */
  constructor(informers: InformerFactory, onChange?: () => void) {
    const classes = informers.of(DeviceClasses);
    this.#store = classes.store;
    const changed = () => {
      this.#byResource = undefined;
      this.#version++;
      onChange?.();
    };
    classes.addHandler({ added: changed, updated: changed, deleted: changed });
  }

  /** Grows when any class changes. */
  get version(): number {
    return this.#version;
  }

  get(name: string): DeviceClass | undefined {
    return this.#store.get(name);
  }

  /** The class whose devices stand for a resource; of several the newest. */
  forResource(name: string): DeviceClass | undefined {
    if (this.#store.size === 0) return undefined;
    if (name.startsWith(IMPLICIT)) return this.#store.get(name.slice(IMPLICIT.length));
    return this.#index().get(name);
  }

  #index(): ReadonlyMap<string, DeviceClass> {
    if (this.#byResource) return this.#byResource;
    const index = new Map<string, DeviceClass>();
    for (const each of this.#store.list()) {
      const name = each.spec.extendedResourceName;
      const known = name ? index.get(name) : undefined;
      if (name && (known === undefined || isNewer(each, known))) index.set(name, each);
    }
    this.#byResource = index;
    return index;
  }
}

function isNewer({ metadata: a }: DeviceClass, { metadata: b }: DeviceClass): boolean {
  const [mine, other] = [a?.creationTimestamp ?? '', b?.creationTimestamp ?? ''];
  return mine === other ? (a?.name ?? '') < (b?.name ?? '') : mine > other;
}
