import { Scale } from '#api/autoscaling/v1/scale.ts';
import { apiVersionOf, type KubernetesObject, type SubresourceDefinition } from '#api/resource-definition.ts';
import { difference, type FieldSet, hasPath, isEmptySet, setOf } from '#machinery/apply/field-set.ts';
import { type FieldsEntries, type FieldsEntry, fieldsOf, sortEntries } from '#machinery/apply/managed-fields.ts';
import { fieldElement } from '#machinery/apply/path-element.ts';
import { type JsonObject, type MapShape, shapeOf } from '#machinery/apply/shape.ts';
import { fieldRules } from '#machinery/apply/system-fields.ts';
import { updateFields } from '#machinery/apply/update-fields.ts';
import { singleVersion } from '#machinery/apply/versions.ts';
import type { ResourceRequest } from '../request.ts';
import { type Ownership, ownersOf, trackingOf } from './managed-fields.ts';
import type { RegistryParts } from './registry-parts.ts';
import { scaleOf } from './scale.ts';

type Subresource = SubresourceDefinition<KubernetesObject>;

export const SCALE_VERSION = 'autoscaling/v1';
const SCALE_REPLICAS = ['f:spec', 'f:replicas'];
const SCALE_FIELDS = setOf(SCALE_REPLICAS);

/** How owners of a Scale are tracked. */
export const SCALE_TRACKING = {
  versions: singleVersion(SCALE_VERSION, shapeOf(Scale) as MapShape),
  rules: fieldRules([]),
};

/** Who wrote a Scale owns the replicas of the object behind it. */
export const trackedScale =
  (parts: RegistryParts, request: ResourceRequest, subresource: Subresource): Ownership =>
  (object, old) => {
    const mapping = new ScaleOwners(parts, subresource, ownersOf(old));
    const tracking = trackingOf(parts, request, subresource);
    const entries = updateFields({
      ...tracking,
      ...SCALE_TRACKING,
      writer: { ...tracking.writer, apiVersion: SCALE_VERSION },
      entries: mapping.toScale(),
      old: scaleOf(old, subresource) as unknown as JsonObject,
      next: scaleOf(object, subresource) as unknown as JsonObject,
    });
    return mapping.toParent(entries);
  };

/** Owners of the replicas, as they stand in the object and in its Scale. */
export class ScaleOwners {
  readonly #parts: RegistryParts;
  readonly #subresource: Subresource;
  readonly #entries: FieldsEntries;

  constructor(parts: RegistryParts, subresource: Subresource, entries: FieldsEntries) {
    this.#parts = parts;
    this.#subresource = subresource;
    this.#entries = entries;
  }

  /** Those of the object's owners that own its replicas, as owners of the Scale. */
  toScale(): FieldsEntries {
    return this.#entries.filter((entry) => this.#ownsReplicas(entry)).map(asScaleEntry);
  }

  /** The object's owners, given the Scale's. */
  toParent(scaleEntries: FieldsEntries): FieldsEntries {
    const owners = new Map(
      scaleEntries.filter((entry) => hasPath(fieldsOf(entry), SCALE_REPLICAS)).map((entry) => [identity(entry), entry]),
    );
    const kept: FieldsEntry[] = [];
    for (const entry of this.#entries) {
      if (!this.#ownsReplicas(entry) || owners.delete(identity(entry))) kept.push(entry);
      else {
        const left = difference(fieldsOf(entry), this.#replicasIn(entry) as FieldSet);
        if (!isEmptySet(left)) kept.push({ ...entry, fieldsV1: left });
      }
    }
    const { definition } = this.#parts;
    const fieldsV1 = setOf(replicasPath(this.#subresource));
    for (const { time: _, ...entry } of owners.values())
      kept.push({ ...entry, apiVersion: apiVersionOf(definition), fieldsV1 });
    return sortEntries(kept);
  }

  #ownsReplicas(entry: FieldsEntry): boolean {
    const subresource = this.#scaleIn(entry);
    return subresource !== undefined && hasPath(fieldsOf(entry), replicasPath(subresource));
  }

  #replicasIn(entry: FieldsEntry): FieldSet | undefined {
    const subresource = this.#scaleIn(entry);
    return subresource && setOf(replicasPath(subresource));
  }

  #scaleIn({ apiVersion = '' }: FieldsEntry): Subresource | undefined {
    const { definition, versionOf } = this.#parts;
    if (apiVersion === apiVersionOf(definition)) return this.#subresource;
    return Object.values(versionOf?.(apiVersion)?.subresources ?? {}).find(({ type }) => type === 'scale');
  }
}

const asScaleEntry = (entry: FieldsEntry): FieldsEntry => ({
  ...entry,
  apiVersion: SCALE_VERSION,
  fieldsV1: SCALE_FIELDS,
});

/** Versions do not count: those of the object stand for that of the Scale. */
const identity = ({ manager, operation, subresource }: FieldsEntry): string =>
  JSON.stringify([manager, operation, subresource]);

const replicasPath = ({ scale }: Subresource): string[] =>
  (scale?.specReplicas ?? '')
    .split('.')
    .filter((name) => name !== '')
    .map(fieldElement);
