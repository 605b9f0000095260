import { checkText } from '#api/checks.ts';
import { validateDriverName } from '#api/core/v1/volume-validation.ts';
import { Condition } from '#api/meta/v1/condition.ts';
import { validateConditions } from '#api/meta/v1/conditions-validation.ts';
import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition, Strategy } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { type FieldError, FieldPath, tooMany } from '#machinery/errors/field-error.ts';
import { isDNS1123Label } from '#machinery/names/dns.ts';
import {
  enumeration,
  type Infer,
  list,
  type Mutable,
  message,
  opt,
  ptr,
  req,
  string,
  time,
} from '#machinery/schema/schema.ts';
import { validateDeviceTaint } from '../v1/device-config-validation.ts';
import { checkPoolName } from '../v1/resource-checks.ts';

const PREFIX = 'io.k8s.api.resource.v1beta2';

const DeviceTaint = message(`${PREFIX}.DeviceTaint`, {
  key: req(1, string),
  value: opt(2, string),
  effect: req(3, enumeration('None', 'NoSchedule', 'NoExecute')),
  timeAdded: ptr(4, time, { description: 'When it was added, or got its effect; now when absent' }),
});

export const DeviceTaintSelector = message(
  `${PREFIX}.DeviceTaintSelector`,
  {
    driver: ptr(2, string, { description: 'Only devices of this driver' }),
    pool: ptr(3, string, { description: 'Only devices of pools of this name' }),
    device: ptr(4, string, { description: 'Only devices of this name' }),
  },
  { description: 'Picks devices; all of them when it says nothing' },
);

export const DeviceTaintRuleSpec = message(`${PREFIX}.DeviceTaintRuleSpec`, {
  deviceSelector: ptr(1, DeviceTaintSelector, { description: 'Which devices have the taint; none when absent' }),
  taint: req(2, DeviceTaint, { description: 'What keeps pods from the devices' }),
});

export const DeviceTaintRuleStatus = message(`${PREFIX}.DeviceTaintRuleStatus`, {
  conditions: opt(1, list(Condition), { patchStrategy: 'merge', mergeKey: 'type', listType: 'map', mapKeys: ['type'] }),
});

export const DeviceTaintRule = message(
  `${PREFIX}.DeviceTaintRule`,
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: req(2, DeviceTaintRuleSpec, { description: 'What is wanted' }),
    status: opt(3, DeviceTaintRuleStatus, { description: 'What was last observed; written by the system' }),
  },
  { description: 'A taint that an administrator gives to devices' },
);
export interface DeviceTaintRule extends Infer<typeof DeviceTaintRule> {}

const SPEC = new FieldPath('spec');
const CONDITIONS = new FieldPath('status').child('conditions');
const MOST_CONDITIONS = 8;

function validateRule({ spec }: DeviceTaintRule): FieldError[] {
  const { driver, pool, device } = spec.deviceSelector ?? {};
  const at = SPEC.child('deviceSelector');
  return [
    ...(driver === undefined ? [] : validateDriverName(driver, at.child('driver'))),
    ...(pool === undefined ? [] : checkPoolName(pool, at.child('pool'))),
    ...(device === undefined ? [] : checkText(at.child('device'), device, isDNS1123Label)),
    ...validateDeviceTaint(spec.taint, SPEC.child('taint')),
  ];
}

const deviceTaintRuleStrategy: Strategy<DeviceTaintRule> = {
  hasGeneration: true,
  prepareForCreate(rule: Mutable<DeviceTaintRule>, now) {
    delete rule.status;
    if (rule.spec?.taint) rule.spec.taint.timeAdded ??= now;
  },
  prepareForUpdate(rule: Mutable<DeviceTaintRule>, old, now) {
    const { taint } = rule.spec ?? {};
    if (taint === undefined) return;
    // Pods tolerate an effect from when there is that effect, unless somebody says otherwise.
    const { effect, timeAdded } = old.spec.taint;
    if (taint.effect !== effect && taint.timeAdded === timeAdded) taint.timeAdded = now;
    taint.timeAdded ??= now;
  },
  validate: validateRule,
};

export const DeviceTaintRules: ResourceDefinition<DeviceTaintRule> = {
  group: 'resource.k8s.io',
  version: 'v1beta2',
  kind: 'DeviceTaintRule',
  plural: 'devicetaintrules',
  singular: 'devicetaintrule',
  namespaced: false,
  verbs: STANDARD_VERBS,
  schema: DeviceTaintRule,
  subresources: {
    status: {
      group: 'resource.k8s.io',
      version: 'v1beta2',
      kind: 'DeviceTaintRule',
      verbs: ['get', 'patch', 'update'],
      type: 'status',
      validateUpdate: ({ status }) => [
        ...validateConditions(status?.conditions, CONDITIONS),
        ...((status?.conditions?.length ?? 0) > MOST_CONDITIONS
          ? [tooMany(CONDITIONS, status?.conditions?.length ?? 0, MOST_CONDITIONS)]
          : []),
      ],
    },
  },
  strategy: deviceTaintRuleStrategy,
};

/** Whether a rule taints a device. */
export function selectsDevice(
  { spec }: DeviceTaintRule,
  device: { readonly driver: string; readonly pool: string; readonly device: string },
): boolean {
  const { deviceSelector: selector } = spec;
  if (selector === undefined) return false;
  return (['driver', 'pool', 'device'] as const).every((part) => (selector[part] ?? device[part]) === device[part]);
}
