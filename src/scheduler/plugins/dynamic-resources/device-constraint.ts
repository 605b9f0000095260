import type { DeviceAttribute } from '#api/resource/v1/device.ts';
import type { DeviceConstraint } from '#api/resource/v1/resource-claim-spec.ts';
import type { PoolDevice } from './device-pool.ts';
import type { RequestShape } from './device-request.ts';

/** Something that holds for all devices of some requests together; they are added and removed one by one, the last first. */
export class ConstraintCheck {
  readonly #requests: ReadonlySet<string>;
  readonly #attribute: string;
  readonly #isDistinct: boolean;
  readonly #values: string[] = [];

  constructor({ requests = [], matchAttribute, distinctAttribute }: DeviceConstraint) {
    this.#requests = new Set(requests);
    this.#attribute = matchAttribute ?? distinctAttribute ?? '';
    this.#isDistinct = matchAttribute === undefined;
  }

  /** Adds a device, if what is asked for still holds with it. */
  add(request: RequestShape, device: PoolDevice): boolean {
    if (!this.#isAbout(request)) return true;
    const value = attributeOf(device, this.#attribute);
    if (value === undefined) return false;
    if (this.#isDistinct ? this.#values.includes(value) : this.#values.length > 0 && this.#values[0] !== value) {
      return false;
    }
    this.#values.push(value);
    return true;
  }

  remove(request: RequestShape): void {
    if (this.#isAbout(request)) this.#values.pop();
  }

  #isAbout({ name, parent, fullName }: RequestShape): boolean {
    return this.#requests.size === 0 || this.#requests.has(parent ?? name) || this.#requests.has(fullName);
  }
}

/** The value of an attribute with its kind; names without a domain are of the driver's. */
function attributeOf({ driver, device }: PoolDevice, name: string): string | undefined {
  const attributes = (device.attributes ?? {}) as Readonly<Record<string, DeviceAttribute>>;
  const own = name.startsWith(`${driver}/`) ? attributes[name.slice(driver.length + 1)] : undefined;
  const attribute = attributes[name] ?? own;
  if (attribute === undefined) return undefined;
  const { string, int, bool, version } = attribute;
  if (string !== undefined) return `string ${string}`;
  if (int !== undefined) return `int ${int}`;
  if (bool !== undefined) return `bool ${bool}`;
  return version === undefined ? undefined : `version ${version}`;
}
