import { checkEach, checkText, nonNegative, requireOneOf } from '#api/checks.ts';
import { validatePersistentVolumeClaimSpec } from '#api/core/v1/persistent-volume-claim-validation.ts';
import { type FieldError, FieldPath, forbidden, invalid, required } from '#machinery/errors/field-error.ts';
import { isDNS1123Label } from '#machinery/names/dns.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { StatefulSet, StatefulSetSpec, StatefulSetUpdateStrategy } from './stateful-set.ts';
import { validateWorkload } from './workload-validation.ts';

const SPEC = new FieldPath('spec');
const RETENTION = ['Retain', 'Delete'];

export function validateStatefulSet({ spec }: StatefulSet): FieldError[] {
  const retention = SPEC.child('persistentVolumeClaimRetentionPolicy');
  return [
    ...managementErrors(spec?.podManagementPolicy ?? '', SPEC.child('podManagementPolicy')),
    ...strategyErrors(spec?.updateStrategy ?? {}, SPEC.child('updateStrategy')),
    ...(['whenDeleted', 'whenScaled'] as const).flatMap((name) =>
      requireOneOf(retention.child(name), spec?.persistentVolumeClaimRetentionPolicy?.[name], RETENTION),
    ),
    ...checkEach(spec?.volumeClaimTemplates, SPEC.child('volumeClaimTemplates'), ({ spec: claim }, at) =>
      validatePersistentVolumeClaimSpec(claim ?? {}, at.child('spec')),
    ),
    ...nonNegative(SPEC.child('replicas'), spec?.replicas),
    ...nonNegative(SPEC.child('minReadySeconds'), spec?.minReadySeconds),
    ...nonNegative(SPEC.child('ordinals', 'start'), spec?.ordinals?.start),
    ...(spec?.serviceName ? checkText(SPEC.child('serviceName'), spec.serviceName, isDNS1123Label) : []),
    ...validateWorkload({ ...spec, template: withClaims(spec) }, SPEC, {
      selector: 'statefulset',
      template: 'StatefulSet',
    }),
  ];
}

/** The template as its pods will be: claims are volumes that containers can mount, in place of others of their names. */
function withClaims({ template, volumeClaimTemplates = [] }: Partial<StatefulSetSpec> = {}) {
  if (template?.spec === undefined || volumeClaimTemplates.length === 0) return template;
  const names = new Set(volumeClaimTemplates.map(({ metadata }) => metadata?.name ?? ''));
  const claims = [...names].map((name) => ({ name, persistentVolumeClaim: { claimName: CLAIM } }));
  const others = (template.spec.volumes ?? []).filter(({ name }) => !names.has(name));
  return { ...template, spec: { ...template.spec, volumes: [...claims, ...others] } };
}

/** What stands for the name of a claim, which each pod has its own of. */
const CLAIM = 'claim';

function managementErrors(policy: string, field: FieldPath): FieldError[] {
  if (policy === '') return [required(field)];
  return policy === 'OrderedReady' || policy === 'Parallel'
    ? []
    : [invalid(field, policy, "must be 'OrderedReady' or 'Parallel'")];
}

function strategyErrors(strategy: StatefulSetUpdateStrategy, field: FieldPath): FieldError[] {
  const { type, rollingUpdate } = strategy;
  if (!type) return [required(field)];
  if (type === 'OnDelete')
    return rollingUpdate
      ? [
          invalid(
            field.child('rollingUpdate'),
            shown(strategy).RollingUpdate,
            "only allowed for updateStrategy 'RollingUpdate'",
          ),
        ]
      : [];
  if (type !== 'RollingUpdate') return [invalid(field, shown(strategy), "must be 'RollingUpdate' or 'OnDelete'")];
  return nonNegative(field.child('rollingUpdate', 'partition'), rollingUpdate?.partition);
}

const MAY_CHANGE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
] as const;

/** The volumes and the names of a StatefulSet's pods are what it is: they stay. */
export function validateStatefulSetUpdate(set: StatefulSet, old: StatefulSet): FieldError[] {
  if (deepEqual(fixedPart(set), fixedPart(old))) return [];
  const names = MAY_CHANGE.map((name) => `'${name}'`);
  const text = `updates to statefulset spec for fields other than ${names.slice(0, -1).join(', ')} and ${names.at(-1)} are forbidden`;
  return [forbidden(SPEC, text)];
}

function fixedPart({ spec }: StatefulSet): Partial<StatefulSetSpec> {
  const fixed = Object.entries(spec ?? {}).filter(([name]) => !(MAY_CHANGE as readonly string[]).includes(name));
  return Object.fromEntries(fixed);
}

/** A strategy as upstream shows it. */
const shown = ({ type = '', rollingUpdate }: StatefulSetUpdateStrategy) => ({
  Type: type,
  RollingUpdate: rollingUpdate
    ? { Partition: rollingUpdate.partition ?? 0, MaxUnavailable: rollingUpdate.maxUnavailable ?? null }
    : null,
});
