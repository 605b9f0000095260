import { QuantityValue } from '#machinery/cel/library/quantities.ts';
import { SemverValue } from '#machinery/cel/library/semvers.ts';
import { struct } from '#machinery/cel/types.ts';
import { CelError, CelMap, EntryMap, Fields, type Value } from '#machinery/cel/values.ts';
import { parseSemver } from '#machinery/names/semver.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import type { DeviceAttribute, DeviceCapacity } from './device.ts';

export const DEVICE = struct('kubernetes.DRADevice');

/** What selectors know of a device: the driver that offers it, and what that says of it. */
export interface SelectableDevice {
  readonly driver: string;
  readonly attributes?: Readonly<Record<string, DeviceAttribute>> | undefined;
  readonly capacity?: Readonly<Record<string, DeviceCapacity>> | undefined;
  readonly allowMultipleAllocations?: boolean | undefined;
}

/** A device as expressions see it: attributes and capacity by domain, then by name. */
export class DeviceValue extends Fields {
  readonly type = DEVICE;
  readonly #fields: ReadonlyMap<string, Value>;

  constructor({ driver, attributes, capacity, allowMultipleAllocations }: SelectableDevice) {
    super();
    this.#fields = new Map<string, Value>([
      ['driver', driver],
      ['attributes', byDomain(attributes, driver, attributeValue)],
      ['capacity', byDomain(capacity, driver, ({ value }) => new QuantityValue(parseQuantity(value)))],
      ['allowMultipleAllocations', allowMultipleAllocations ?? false],
    ]);
  }

  override get(field: string): Value | undefined {
    return this.#fields.get(field);
  }

  override equals(other: Fields): boolean {
    return other === this;
  }
}

const NOTHING = new EntryMap([]);

/** Domains that a device says nothing of are empty, so that selectors need not ask first whether they are there. */
class Domains extends CelMap {
  readonly #domains: EntryMap;
  constructor(domains: EntryMap) {
    super();
    this.#domains = domains;
  }
  override find(key: Value): Value {
    return this.#domains.find(key) ?? NOTHING;
  }
  override has(key: Value): boolean {
    return this.#domains.has(key);
  }
  override keys(): readonly Value[] {
    return this.#domains.keys();
  }
}

/** Names without a domain are of the driver's. */
function byDomain<T>(
  items: Readonly<Record<string, T>> = {},
  driver: string,
  value: (item: T, name: string) => Value,
): Domains {
  const domains = new Map<string, [Value, Value][]>();
  for (const [name, item] of Object.entries(items)) {
    const slash = name.indexOf('/');
    const domain = slash < 0 ? driver : name.slice(0, slash);
    const entries = domains.get(domain) ?? [];
    domains.set(domain, entries);
    entries.push([name.slice(slash + 1), value(item, name)]);
  }
  return new Domains(new EntryMap([...domains].map(([domain, entries]) => [domain, new EntryMap(entries)])));
}

function attributeValue({ int, bool, string, version }: DeviceAttribute, name: string): Value {
  if (int !== undefined) return BigInt(int);
  if (bool !== undefined) return bool;
  if (string !== undefined) return string;
  if (version === undefined) throw new CelError(`attribute ${name}: unsupported attribute value`);
  const parsed = parseSemver(version);
  if (typeof parsed === 'string') throw new CelError(`attribute ${name}: parse semantic version: ${parsed}`);
  return new SemverValue(parsed);
}
