import { type FieldError, FieldPath, forbidden, invalid } from '#machinery/errors/field-error.ts';
import { placedContainers } from './placed-containers.ts';
import type { Pod } from './pod.ts';
import type { PodSpec } from './pod-spec.ts';

export const MIRROR = 'kubernetes.io/config.mirror';
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';
export const APP_ARMOR = 'container.apparmor.security.beta.kubernetes.io/';
export const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
export const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';

type Annotations = Readonly<Record<string, string>>;

/** The rules of annotations that say something about a pod itself; `field` is the place of the annotations. */
export const validatePodAnnotations = (
  annotations: Annotations = {},
  spec: PodSpec | undefined,
  field: FieldPath,
): FieldError[] =>
  Object.entries(annotations).flatMap(([key, value]) => {
    if (key === MIRROR)
      return spec?.nodeName
        ? []
        : [invalid(field.key(key), value, 'must set spec.nodeName if mirror pod annotation is set')];
    if (key === DELETION_COST)
      return isDeletionCost(value) ? [] : [invalid(field.key(key), value, 'must be a 32bit integer')];
    if (key === SECCOMP_POD || key.startsWith(SECCOMP_CONTAINER))
      return isSeccompProfile(value) ? [] : [invalid(field.child(key), value, 'must be a valid seccomp profile')];
    return key.startsWith(APP_ARMOR) ? appArmorErrors(key, value, spec, field.key(key)) : [];
  });

/** Written without a plus sign and without leading zeros, so that there is one way to write a cost. */
const isDeletionCost = (text: string): boolean =>
  /^(0|-?[1-9][0-9]*|-0[0-9]*)$/.test(text) && Number(text) >= -(2 ** 31) && Number(text) < 2 ** 31;

const isSeccompProfile = (text: string): boolean =>
  ['runtime/default', 'docker/default', 'unconfined'].includes(text) ||
  (text.startsWith('localhost/') && !/^localhost\/\/|(^|\/)\.\.(\/|$)/.test(text));

function appArmorErrors(key: string, profile: string, spec: PodSpec | undefined, field: FieldPath): FieldError[] {
  const container = key.slice(APP_ARMOR.length);
  const isThere = spec && placedContainers(spec, field).some((each) => each.container.name === container);
  const errors = isThere ? [] : [invalid(field, container, 'container not found')];
  if (!['', 'runtime/default', 'unconfined'].includes(profile) && !profile.startsWith('localhost/'))
    errors.push(invalid(field, profile, `invalid AppArmor profile name: ${JSON.stringify(profile)}`));
  return errors;
}

/** What a pod mirrors and how it is confined is said once, when it is created. */
export function validatePodAnnotationUpdates(pod: Pod, old: Pod): FieldError[] {
  if (pod.metadata?.annotations === undefined && old.metadata?.annotations === undefined) return [];
  const field = new FieldPath('metadata').child('annotations');
  const wanted: Annotations = pod.metadata?.annotations ?? {};
  const had: Annotations = old.metadata?.annotations ?? {};
  const errors: FieldError[] = [];
  const refuse = (key: string, doing: string) => {
    if (key.startsWith(APP_ARMOR)) errors.push(forbidden(field.key(key), `may not ${doing} AppArmor annotations`));
    if (key === MIRROR) errors.push(forbidden(field.key(key), `may not ${doing} mirror pod annotation`));
  };
  for (const [key, value] of Object.entries(had)) if (wanted[key] !== value) refuse(key, 'remove or update');
  for (const key of Object.keys(wanted)) if (!(key in had)) refuse(key, 'add');
  return [...errors, ...validatePodAnnotations(wanted, pod.spec, field)];
}
