import type { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import { FieldPath } from '#machinery/errors/field-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import { placedContainers } from './placed-containers.ts';
import type { Pod } from './pod.ts';
import { APP_ARMOR } from './pod-annotations-validation.ts';
import type { PodSpec } from './pod-spec.ts';
import type { AppArmorProfile, SecurityContext } from './security-context.ts';
import { validateAppArmor } from './security-context-validation.ts';

const LOCALHOST = 'localhost/';
const ROOT = new FieldPath();
const ANNOTATIONS = new FieldPath('metadata').child('annotations');

/** What the pods were warned of when their annotations became fields: afterwards both look as if the client had sent them. */
const warned = new WeakMap<Pod, readonly string[]>();

/** Containers that an annotation alone confines are confined by the field from now on. */
export function confineAsAnnotated(pod: Mutable<Pod>): void {
  const { metadata, spec } = pod;
  const annotations = metadata?.annotations;
  if (!annotations || !spec || spec.os?.name === 'windows') return;
  const ofPod = spec.securityContext?.appArmorProfile;
  const warnings: string[] = [];
  for (const { container } of placedContainers(spec, ROOT)) {
    const key = `${APP_ARMOR}${container.name}`;
    const annotation = annotations[key];
    if (annotation === undefined || container.securityContext?.appArmorProfile) continue;
    const profile = profileOf(annotation);
    const isValid = profile !== undefined && validateAppArmor(profile, ROOT).length === 0;
    if (isValid && deepEqual(profile, ofPod)) continue;
    const context = (container as { securityContext?: Mutable<SecurityContext> }).securityContext;
    if (isValid) Object.assign(container, { securityContext: { ...context, appArmorProfile: profile } });
    warnings.push(deprecated(ANNOTATIONS, key));
  }
  if (warnings.length > 0) warned.set(pod, warnings);
}

/** What that made of a new pod was said to be. */
export const confinementWarnings = (pod: Pod): readonly string[] => warned.get(pod) ?? [];

/** Annotations of a template that should be a field; `field` is the place of the template. */
export function templateConfinementWarnings(
  metadata: ObjectMeta | undefined,
  spec: PodSpec,
  field: FieldPath,
): string[] {
  const annotations = metadata?.annotations;
  if (annotations === undefined) return [];
  const ofPod = spec.securityContext?.appArmorProfile;
  return placedContainers(spec, field).flatMap(({ container: { name, securityContext } }) => {
    const key = `${APP_ARMOR}${name}`;
    const annotation = annotations[key];
    if (annotation === undefined || securityContext?.appArmorProfile) return [];
    if (ofPod && deepEqual(ofPod, profileOf(annotation))) return [];
    return [deprecated(field.child('metadata', 'annotations'), key)];
  });
}

const deprecated = (annotations: FieldPath, key: string): string =>
  `${annotations.key(key)}: deprecated since v1.30; use the "appArmorProfile" field instead`;

/** The same in the words of the field; undefined for what it cannot say. */
function profileOf(annotation: string): AppArmorProfile | undefined {
  if (annotation === 'unconfined') return { type: 'Unconfined' };
  if (annotation === 'runtime/default') return { type: 'RuntimeDefault' };
  if (!annotation.startsWith(LOCALHOST) || annotation === LOCALHOST) return undefined;
  return { type: 'Localhost', localhostProfile: annotation.slice(LOCALHOST.length) };
}
