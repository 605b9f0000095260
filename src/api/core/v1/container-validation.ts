import { checkEach, checkNumber, optionalOneOf, requireOneOf, requireText } from '#api/checks.ts';
import { append } from '#base/append.ts';
import {
  duplicate,
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  notFound,
  required,
  tooMany,
} from '#machinery/errors/field-error.ts';
import { isDNS1123Label } from '#machinery/names/dns.ts';
import { isValidPortName, isValidPortNumber } from '#machinery/names/port.ts';
import type {
  Container,
  ContainerPort,
  ContainerRestartRule,
  EphemeralContainer,
  VolumeDevice,
  VolumeMount,
} from './container.ts';
import { validateEnv, validateEnvFrom } from './env-validation.ts';
import type { PodSpec } from './pod-spec.ts';
import { validateLifecycle, validateProbe } from './probe-validation.ts';
import { validateResourceRequirements } from './resource-validation.ts';
import { validateSecurityContext } from './security-context-validation.ts';
import { checkDescendingPath } from './volume-source-validation.ts';
import { volumeNames } from './volume-validation.ts';

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];
const TERMINATION_MESSAGE_POLICIES = ['File', 'FallbackToLogsOnError'];

/** Containers of every kind in a pod: names are unique among them all. */
export function validateContainers(spec: PodSpec, field: FieldPath): FieldError[] {
  const names = new Set<string>();
  const unique = (name: string, at: FieldPath): FieldError[] => {
    const taken = names.has(name);
    names.add(name);
    return taken ? [duplicate(at.child('name'), name)] : [];
  };
  const grace = spec.terminationGracePeriodSeconds ?? 0;
  const errors = spec.containers?.length ? [] : [required(field.child('containers'))];
  append(errors, [
    ...checkEach(spec.containers, field.child('containers'), (container, at) => [
      ...validateCommon(container, at, spec),
      ...unique(container.name, at),
      ...validateHooks(container, at, grace),
      ...validateRestart(container, at),
    ]),
    ...hostPortErrors(spec.containers ?? [], field.child('containers')),
    ...checkEach(spec.initContainers, field.child('initContainers'), (container, at) => [
      ...validateCommon(container, at, spec),
      ...validateInitRestart(container, at),
      ...unique(container.name, at),
      // They run one by one, and each is judged as if it were the first.
      ...hostPortErrors([container], field.child('initContainers')),
      ...validateInit(container, at, grace),
    ]),
    ...checkEach(spec.ephemeralContainers, field.child('ephemeralContainers'), (container, at) => [
      ...validateCommon(container, at, spec),
      ...checkPadding(container.image ?? '', at.child('image')),
      ...unique(container.name, at),
      ...validateEphemeral(container, at, spec),
    ]),
  ]);
  return errors;
}

function validateCommon(container: Container | EphemeralContainer, field: FieldPath, spec: PodSpec): FieldError[] {
  const claims = (spec.resourceClaims ?? []).map(({ name }) => name);
  return [
    ...requireText(field.child('name'), container.name, isDNS1123Label),
    ...requireText(field.child('image'), container.image),
    ...requireOneOf(
      field.child('terminationMessagePolicy'),
      container.terminationMessagePolicy,
      TERMINATION_MESSAGE_POLICIES,
    ),
    ...validatePorts(container.ports, field.child('ports')),
    ...validateEnv(container.env, field.child('env')),
    ...validateEnvFrom(container.envFrom, field.child('envFrom')),
    ...validateMounts(container, field, spec),
    ...validateDevices(container, field, spec),
    ...requireOneOf(field.child('imagePullPolicy'), container.imagePullPolicy, PULL_POLICIES),
    ...validateResourceRequirements(container.resources ?? {}, field.child('resources'), { claims }),
    ...validateResizePolicy(container, field.child('resizePolicy'), spec.restartPolicy),
    ...(container.securityContext
      ? validateSecurityContext(container.securityContext, field.child('securityContext'), spec.hostUsers)
      : []),
  ];
}

const validateHooks = (container: Container, field: FieldPath, gracePeriodSeconds: number): FieldError[] => [
  ...validateLifecycle(container.lifecycle, field.child('lifecycle'), gracePeriodSeconds),
  ...(['livenessProbe', 'readinessProbe', 'startupProbe'] as const).flatMap((kind) =>
    validateProbe(container[kind], field.child(kind), kind),
  ),
];

/** The name of an image has no blanks around it. */
export const checkPadding = (image: string, field: FieldPath): FieldError[] =>
  image === image.trim() ? [] : [invalid(field, image, 'must not have leading or trailing whitespace')];

const MOST_RULES = 20;
const MOST_EXIT_CODES = 255;

function validateRestart({ restartPolicy, restartPolicyRules = [] }: Container, field: FieldPath): FieldError[] {
  const errors = optionalOneOf(field.child('restartPolicy'), restartPolicy, ['Always', 'Never', 'OnFailure']);
  if (restartPolicyRules.length > 0 && restartPolicy === undefined)
    errors.push(required(field.child('restartPolicy'), 'must specify restartPolicy when restart rules are used'));
  return [...errors, ...validateRestartRules(restartPolicyRules, field.child('restartPolicyRules'))];
}

const validateRestartRules = (rules: readonly ContainerRestartRule[], field: FieldPath): FieldError[] => [
  ...(rules.length > MOST_RULES ? [tooMany(field, rules.length, MOST_RULES)] : []),
  ...checkEach(rules, field, ({ action = '', exitCodes }, at) => {
    const place = at.child('exitCodes');
    const errors = optionalOneOf(at.child('action'), action, ['Restart', 'RestartAllContainers']);
    if (exitCodes === undefined) return [...errors, required(place, 'must be specified')];
    const { operator = '', values = [] } = exitCodes;
    append(errors, optionalOneOf(place.child('operator'), operator, ['In', 'NotIn']));
    if (values.length > MOST_EXIT_CODES) errors.push(tooMany(place.child('values'), values.length, MOST_EXIT_CODES));
    return errors;
  }),
];

/** Init containers run to their end, so that nothing that watches a running container may stand in them but in sidecars. */
function validateInit(container: Container, field: FieldPath, gracePeriodSeconds: number): FieldError[] {
  if (container.restartPolicy === 'Always') return validateHooks(container, field, gracePeriodSeconds);
  const errors: FieldError[] = [];
  for (const name of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    if (container[name] !== undefined)
      errors.push(forbidden(field.child(name), 'may not be set for init containers without restartPolicy=Always'));
  }
  append(
    errors,
    checkEach(container.resizePolicy, field.child('resizePolicy'), ({ restartPolicy }, at) =>
      restartPolicy === 'RestartContainer'
        ? [
            invalid(
              at.child('restartPolicy'),
              restartPolicy,
              "must not be set to 'RestartContainer' for non-sidecar initContainers",
            ),
          ]
        : [],
    ),
  );
  return errors;
}

/** A rule without a policy is refused once, and not looked at any further. */
const validateInitRestart = (container: Container, field: FieldPath): FieldError[] =>
  container.restartPolicy === undefined && container.restartPolicyRules?.length
    ? [required(field.child('restartPolicy'), 'must specify restartPolicy when restart rules are used')]
    : validateRestart(container, field);

const NOT_FOR_EPHEMERAL = [
  'ports',
  'resources',
  'resizePolicy',
  'restartPolicy',
  'restartPolicyRules',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
] as const;

function validateEphemeral(container: EphemeralContainer, field: FieldPath, spec: PodSpec): FieldError[] {
  const errors: FieldError[] = [];
  const refuse = (at: FieldPath) => errors.push(forbidden(at, 'cannot be set for an Ephemeral Container'));
  const target = container.targetContainerName;
  const others = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  if (target && !others.some(({ name }) => name === target))
    errors.push(notFound(field.child('targetContainerName'), target));
  for (const name of NOT_FOR_EPHEMERAL) if (isSet(container[name])) refuse(field.child(name));
  // What is mounted at a part of a volume stays until the pod is gone.
  for (const [position, { subPath, subPathExpr }] of (container.volumeMounts ?? []).entries()) {
    const at = field.child('volumeMounts').index(position);
    if (subPath) refuse(at.child('subPath'));
    if (subPathExpr) refuse(at.child('subPathExpr'));
  }
  return errors;
}

/** Lists and resources that are there and hold nothing are as good as none. */
const isSet = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.length > 0
    : typeof value === 'object' && value !== null
      ? Object.values(value).some((part) => typeof part !== 'object' || Object.keys(part as object).length > 0)
      : value !== undefined;

function validatePorts(ports: readonly ContainerPort[] | undefined, field: FieldPath): FieldError[] {
  const names = new Set<string>();
  return checkEach(ports, field, ({ name, containerPort, hostPort, protocol }, at) => {
    const errors: FieldError[] = [];
    if (name) {
      const wrong = checkTextOnce(name, at, names);
      append(errors, wrong);
    }
    if (containerPort === 0) errors.push(required(at.child('containerPort')));
    else append(errors, checkNumber(at.child('containerPort'), containerPort, isValidPortNumber));
    if (hostPort) append(errors, checkNumber(at.child('hostPort'), hostPort, isValidPortNumber));
    append(errors, requireOneOf(at.child('protocol'), protocol, PROTOCOLS));
    return errors;
  });
}

function checkTextOnce(name: string, field: FieldPath, names: Set<string>): FieldError[] {
  const wrong = isValidPortName(name).map((detail) => invalid(field.child('name'), name, detail));
  if (wrong.length === 0 && names.has(name)) wrong.push(duplicate(field.child('name'), name));
  names.add(name);
  return wrong;
}

/** No two containers can have the same port of the node. */
function hostPortErrors(containers: readonly Container[], field: FieldPath): FieldError[] {
  const taken = new Set<string>();
  return checkEach(containers, field, ({ ports }, at) =>
    checkEach(ports, at.child('ports'), ({ protocol, hostIP, hostPort }, place) => {
      if (!hostPort) return [];
      const text = `${protocol}/${hostIP ?? ''}/${hostPort}`;
      const errors = taken.has(text) ? [duplicate(place.child('hostPort'), text)] : [];
      taken.add(text);
      return errors;
    }),
  );
}

type Mounting = Pick<Container, 'securityContext' | 'volumeDevices' | 'volumeMounts'>;

function validateMounts(container: Mounting, field: FieldPath, spec: PodSpec): FieldError[] {
  const known = volumeNames(spec.volumes);
  const paths = new Set<string>();
  return checkEach(container.volumeMounts, field.child('volumeMounts'), (mount, at) => {
    const errors = requireText(at.child('name'), mount.name);
    if (!known.has(mount.name)) errors.push(notFound(at.child('name'), mount.name));
    append(errors, requireText(at.child('mountPath'), mount.mountPath));
    if (paths.has(mount.mountPath)) errors.push(invalid(at.child('mountPath'), mount.mountPath, 'must be unique'));
    paths.add(mount.mountPath);
    if (container.volumeDevices?.some(({ name }) => name === mount.name))
      errors.push(invalid(at.child('name'), mount.name, 'must not already exist in volumeDevices'));
    if (container.volumeDevices?.some(({ devicePath }) => devicePath === mount.mountPath))
      errors.push(invalid(at.child('mountPath'), mount.mountPath, 'must not already exist as a path in volumeDevices'));
    // Upstream names the list, not the mount, for what is wrong with its options.
    const options = field.child('volumeMounts');
    return [
      ...errors,
      ...validateMountOptions(mount, {
        place: at,
        options,
        privileged: container.securityContext?.privileged ?? false,
      }),
    ];
  });
}

interface MountPlace {
  readonly place: FieldPath;
  /** Where upstream puts what is wrong with most options. */
  readonly options: FieldPath;
  readonly privileged: boolean;
}

function validateMountOptions(mount: VolumeMount, { place, options: field, privileged }: MountPlace): FieldError[] {
  const errors: FieldError[] = [];
  const { subPath, subPathExpr, mountPropagation: propagation, recursiveReadOnly } = mount;
  if (subPath) append(errors, checkDescendingPath(field.child('subPath'), subPath));
  if (subPathExpr) {
    const at = field.child('subPathExpr');
    if (subPath)
      errors.push(invalid(place.child('subPathExpr'), subPathExpr, 'subPathExpr and subPath are mutually exclusive'));
    append(errors, checkDescendingPath(at, subPathExpr));
  }
  append(
    errors,
    optionalOneOf(field.child('mountPropagation'), propagation, ['Bidirectional', 'HostToContainer', 'None']),
  );
  if (propagation === 'Bidirectional' && !privileged)
    errors.push(
      forbidden(
        field.child('mountPropagation'),
        'Bidirectional mount propagation is available only to privileged containers',
      ),
    );
  if (recursiveReadOnly === 'Enabled' || recursiveReadOnly === 'IfPossible') {
    const at = field.child('recursiveReadOnly');
    if (!mount.readOnly) errors.push(forbidden(at, 'may only be specified when readOnly is true'));
    if (propagation !== undefined && propagation !== 'None')
      errors.push(forbidden(at, 'may only be specified when mountPropagation is None or not specified'));
  } else
    append(
      errors,
      optionalOneOf(field.child('recursiveReadOnly'), recursiveReadOnly, ['Disabled', 'Enabled', 'IfPossible']),
    );
  return errors;
}

function validateDevices(container: Mounting, field: FieldPath, spec: PodSpec): FieldError[] {
  const names = new Set<string>();
  const paths = new Set<string>();
  const mountPaths = new Set(container.volumeMounts?.map(({ mountPath }) => mountPath));
  return checkEach(container.volumeDevices, field.child('volumeDevices'), ({ name, devicePath }: VolumeDevice, at) => {
    const errors = requireText(at.child('name'), name);
    if (names.has(name)) errors.push(invalid(at.child('name'), name, 'must be unique'));
    names.add(name);
    const volume = spec.volumes?.find((each) => each.name === name);
    if (volume === undefined) errors.push(notFound(at.child('name'), name));
    else if (!volume.persistentVolumeClaim && !volume.ephemeral)
      errors.push(
        invalid(
          at.child('name'),
          name,
          'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode',
        ),
      );
    append(errors, requireText(at.child('devicePath'), devicePath));
    if (paths.has(devicePath)) errors.push(invalid(at.child('devicePath'), devicePath, 'must be unique'));
    paths.add(devicePath);
    if (devicePath) append(errors, backstepErrors(at.child('devicePath'), devicePath));
    if (container.volumeMounts?.some((mount) => mount.name === name))
      errors.push(invalid(at.child('name'), name, 'must not already exist in volumeMounts'));
    if (mountPaths.has(devicePath))
      errors.push(invalid(at.child('devicePath'), devicePath, 'must not already exist as a path in volumeMounts'));
    return errors;
  });
}

const backstepErrors = (field: FieldPath, path: string): FieldError[] =>
  path.split('/').includes('..') ? [invalid(field, path, "can not contain backsteps ('..')")] : [];

function validateResizePolicy(
  { resizePolicy }: Pick<Container, 'resizePolicy'>,
  field: FieldPath,
  podRestartPolicy: string | undefined,
): FieldError[] {
  const seen = new Set<string>();
  return checkEach(resizePolicy, field, ({ resourceName, restartPolicy }, at) => {
    const errors: FieldError[] = [];
    if (seen.has(resourceName)) errors.push(duplicate(at, resourceName));
    seen.add(resourceName);
    append(errors, requireOneOf(field, resourceName, ['cpu', 'memory']));
    append(errors, requireOneOf(field, restartPolicy, ['NotRequired', 'RestartContainer']));
    if (podRestartPolicy === 'Never' && restartPolicy !== 'NotRequired')
      errors.push(invalid(field, restartPolicy, "must be 'NotRequired' when pod `restartPolicy` is 'Never'"));
    return errors;
  });
}
