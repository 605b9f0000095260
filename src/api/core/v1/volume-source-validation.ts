import { checkNumber, checkText, optionalOneOf, requireText } from '#api/checks.ts';
import { append } from '#base/append.ts';
import { table } from '#base/table.ts';
import {
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  notSupported,
  required,
} from '#machinery/errors/field-error.ts';
import { isDNS1123Label, isDNS1123Subdomain } from '#machinery/names/dns.ts';
import type { HostPathVolumeSource, Volume } from './volume.ts';

/** The rules of volumes that pods and persistent volumes have in common. */

type Sources = Omit<Volume, 'name'>;
export type SourceCheck<K extends keyof Sources> = (source: NonNullable<Sources[K]>, field: FieldPath) => FieldError[];

const HOST_PATH_TYPES = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];

const requireItems = (items: readonly unknown[] | undefined, field: FieldPath): FieldError[] =>
  items?.length ? [] : [required(field)];

const checkByte = (field: FieldPath, value: number | undefined): FieldError[] =>
  checkNumber(field, value, (number) => (number < 0 || number > 255 ? ['must be between 0 and 255, inclusive'] : []));

const hasBackstep = (path: string): boolean => path.split('/').includes('..');

/** A path that does not climb. */
export const checkBacksteps = (field: FieldPath, path: string): FieldError[] =>
  hasBackstep(path) ? [invalid(field, path, "must not contain '..'")] : [];

/** A path below a directory that cannot climb out of it. */
export const checkDescendingPath = (field: FieldPath, path: string): FieldError[] => [
  ...(path.startsWith('/') ? [invalid(field, path, 'must be a relative path')] : []),
  ...checkBacksteps(field, path),
];

/** The same for a file that the kubelet writes there. */
export function checkFilePath(field: FieldPath, path: string): FieldError[] {
  if (!path) return [required(field)];
  const errors = checkDescendingPath(field, path);
  // Names that start with two dots are the kubelet's own.
  if (path.startsWith('..') && !path.startsWith('../')) errors.push(invalid(field, path, "must not start with '..'"));
  return errors;
}

export function validateHostPath({ path, type }: HostPathVolumeSource, field: FieldPath): FieldError[] {
  if (!path) return [required(field.child('path'))];
  return [...checkBacksteps(field.child('path'), path), ...optionalOneOf(field.child('type'), type, HOST_PATH_TYPES)];
}

const NAME_FORMS = table<RegExp>({
  iqn: /iqn\.\d{4}-\d{2}\.([A-Za-z0-9.-]+)(:[^,;*&$|\s]+)$/,
  eui: /^eui.[A-Za-z0-9]{16}$/,
  naa: /^naa.[A-Za-z0-9]{32}$/,
});

/** The name of a target or initiator; `hint` is what is said of names of no known form. */
export function checkIscsiName(field: FieldPath, name: string, hint: string): FieldError[] {
  const form = NAME_FORMS[name.slice(0, 3)];
  if (form === undefined) return [invalid(field, name, hint)];
  return form.test(name) ? [] : [invalid(field, name, 'must be valid format')];
}

interface Iscsi {
  readonly targetPortal: string;
  readonly iqn: string;
  readonly lun: number;
  readonly chapAuthDiscovery?: boolean | undefined;
  readonly chapAuthSession?: boolean | undefined;
  readonly secretRef?: { readonly name?: string | undefined } | undefined;
  readonly initiatorName?: string | undefined;
}

const checkLogin = ({ chapAuthDiscovery, chapAuthSession, secretRef }: Iscsi, field: FieldPath): FieldError[] =>
  (chapAuthDiscovery || chapAuthSession) && secretRef === undefined ? [required(field.child('secretRef'))] : [];

function validateIscsi(source: Iscsi, field: FieldPath): FieldError[] {
  const hint = 'must be valid format starting with iqn, eui, or naa';
  return [
    ...requireText(field.child('targetPortal'), source.targetPortal),
    ...(source.iqn ? checkIscsiName(field.child('iqn'), source.iqn, hint) : [required(field.child('iqn'))]),
    ...checkByte(field.child('lun'), source.lun),
    ...checkLogin(source, field),
    ...(source.initiatorName === undefined
      ? []
      : checkIscsiName(field.child('initiatorname'), source.initiatorName, hint)),
  ];
}

const PORTAL_LIMIT = 64;
/** What is said of volumes whose name and portal make too long a name together. */
export const PORTAL_TOO_LONG =
  'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.';
export const isPortalTooLong = (volume: string, { initiatorName, targetPortal }: Iscsi): boolean =>
  initiatorName !== undefined && `${volume}:${targetPortal}`.length > PORTAL_LIMIT;

/** The same of a persistent volume, which says other things. */
export function validatePersistentIscsi(source: Iscsi, field: FieldPath, volume: string): FieldError[] {
  const hint = 'must be valid format';
  return [
    ...requireText(field.child('targetPortal'), source.targetPortal),
    ...(isPortalTooLong(volume, source)
      ? [invalid(field.child('targetportal'), source.targetPortal, PORTAL_TOO_LONG)]
      : []),
    ...(source.iqn ? checkIscsiName(field.child('iqn'), source.iqn, hint) : [required(field.child('iqn'))]),
    ...checkByte(field.child('lun'), source.lun),
    ...checkLogin(source, field),
    ...(source.secretRef ? requireText(field.child('secretRef', 'name'), source.secretRef.name) : []),
    ...(source.initiatorName === undefined
      ? []
      : checkIscsiName(field.child('initiatorname'), source.initiatorName, hint)),
  ];
}

interface FibreChannel {
  readonly targetWWNs?: readonly string[] | undefined;
  readonly wwids?: readonly string[] | undefined;
  readonly lun?: number | undefined;
}

function validateFibreChannel({ targetWWNs = [], wwids = [], lun }: FibreChannel, field: FieldPath): FieldError[] {
  const at = field.child('targetWWNs');
  const errors: FieldError[] = [];
  if (targetWWNs.length + wwids.length === 0) {
    errors.push(required(at, 'must specify either targetWWNs or wwids, but not both'));
  }
  if (targetWWNs.length > 0 && wwids.length > 0) {
    errors.push(invalid(at, targetWWNs, 'targetWWNs and wwids can not be specified simultaneously'));
  }
  if (targetWWNs.length === 0) return errors;
  if (lun === undefined) return [...errors, required(field.child('lun'), 'lun is required if targetWWNs is specified')];
  return [...errors, ...checkByte(field.child('lun'), lun)];
}

const REGISTRY = 'must be a host:port pair or multiple pairs separated by commas';

function validateQuobyte(
  { registry, tenant = '', volume }: NonNullable<Sources['quobyte']>,
  field: FieldPath,
): FieldError[] {
  const at = field.child('registry');
  const errors: FieldError[] = [];
  if (!registry) errors.push(required(at, REGISTRY));
  else if (tenant.length > 64) {
    errors.push(required(field.child('tenant'), 'must be a UUID and may not exceed a length of 64 characters'));
  } else {
    const pairs = registry.split(',').filter((pair) => !isHostAndPort(pair));
    append(
      errors,
      pairs.map(() => invalid(at, registry, REGISTRY)),
    );
  }
  return [...errors, ...requireText(field.child('volume'), volume)];
}

const isHostAndPort = (text: string): boolean => /^(?:\[[^[\]]*\]|[^:[\]]*):[^:[\]]*$/.test(text);

function validateFlocker(
  { datasetName = '', datasetUUID = '' }: NonNullable<Sources['flocker']>,
  field: FieldPath,
): FieldError[] {
  const errors: FieldError[] = [];
  if (!datasetName && !datasetUUID) errors.push(required(field, 'one of datasetName and datasetUUID is required'));
  if (datasetName && datasetUUID) {
    errors.push(invalid(field, 'resource', 'datasetName and datasetUUID can not be specified simultaneously'));
  }
  if (!datasetName.includes('/')) return errors;
  return [...errors, invalid(field.child('datasetName'), datasetName, "must not contain '/'")];
}

const RESERVED = /(?:^|\.)(?:kubernetes|k8s)\.io$/;

interface Flex {
  readonly driver: string;
  readonly options?: Readonly<Record<string, string>> | undefined;
}

const validateFlex = ({ driver, options = {} }: Flex, field: FieldPath): FieldError[] => [
  ...requireText(field.child('driver'), driver),
  ...Object.keys(options)
    .filter((key) => RESERVED.test(key.split('/', 2)[0]!.toLowerCase()))
    .map((key) => invalid(field.child('options').key(key), key, 'kubernetes.io and k8s.io namespaces are reserved')),
];

const MANAGED_DISK = '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}';
const BLOB_DISK = 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd';

function validateAzureDisk(disk: NonNullable<Sources['azureDisk']>, field: FieldPath): FieldError[] {
  const { diskName, diskURI, cachingMode, kind } = disk;
  const errors = [
    ...requireText(field.child('diskName'), diskName),
    ...requireText(field.child('diskURI'), diskURI),
    ...optionalOneOf(field.child('cachingMode'), cachingMode, ['None', 'ReadOnly', 'ReadWrite']),
    ...optionalOneOf(field.child('kind'), kind, ['Dedicated', 'Managed', 'Shared']),
  ];
  if (kind === undefined) return errors;
  const [start, form] = kind === 'Managed' ? ['/subscriptions/', MANAGED_DISK] : ['https://', BLOB_DISK];
  return diskURI.startsWith(start) ? errors : [...errors, notSupported(field.child('diskURI'), diskURI, [form])];
}

interface StorageOs {
  readonly volumeName?: string | undefined;
  readonly volumeNamespace?: string | undefined;
  readonly secretRef?: { readonly name?: string | undefined } | undefined;
}

const validateStorageOs = ({ volumeName, volumeNamespace, secretRef }: StorageOs, field: FieldPath): FieldError[] => [
  ...requireText(field.child('volumeName'), volumeName, isDNS1123Label),
  ...(volumeNamespace ? checkText(field.child('volumeNamespace'), volumeNamespace, isDNS1123Label) : []),
  ...(secretRef ? requireText(field.child('secretRef', 'name'), secretRef.name) : []),
];

const validateGlusterfs = (
  { endpoints, path }: { readonly endpoints: string; readonly path: string },
  field: FieldPath,
): FieldError[] => [...requireText(field.child('endpoints'), endpoints), ...requireText(field.child('path'), path)];

const validateCinder: SourceCheck<'cinder'> = ({ volumeID, secretRef }, field) => [
  ...requireText(field.child('volumeID'), volumeID),
  ...(secretRef ? requireText(field.child('secretRef', 'name'), secretRef.name) : []),
];

const validateAzureFile = (
  { secretName, shareName }: { readonly secretName: string; readonly shareName: string },
  field: FieldPath,
): FieldError[] => [
  ...requireText(field.child('secretName'), secretName),
  ...requireText(field.child('shareName'), shareName),
];

const validateDisk = (partition: number | undefined, field: FieldPath): FieldError[] =>
  checkByte(field.child('partition'), partition);

/** Sources that are told apart by their type alone. */
export const SOURCE_CHECKS = {
  hostPath: validateHostPath,
  nfs: ({ server, path }, field) => [
    ...requireText(field.child('server'), server),
    ...requireText(field.child('path'), path),
    ...(path?.startsWith('/') ? [] : [invalid(field.child('path'), path ?? '', 'must be an absolute path')]),
  ],
  gcePersistentDisk: ({ pdName, partition }, field) => [
    ...requireText(field.child('pdName'), pdName),
    ...validateDisk(partition, field),
  ],
  awsElasticBlockStore: ({ volumeID, partition }, field) => [
    ...requireText(field.child('volumeID'), volumeID),
    ...validateDisk(partition, field),
  ],
  glusterfs: validateGlusterfs,
  flocker: validateFlocker,
  rbd: ({ monitors, image }, field) => [
    ...requireItems(monitors, field.child('monitors')),
    ...requireText(field.child('image'), image),
  ],
  cinder: validateCinder,
  cephfs: ({ monitors }, field) => requireItems(monitors, field.child('monitors')),
  quobyte: validateQuobyte,
  fc: validateFibreChannel,
  flexVolume: validateFlex,
  azureFile: validateAzureFile,
  vsphereVolume: ({ volumePath }, field) => requireText(field.child('volumePath'), volumePath),
  photonPersistentDisk: ({ pdID }, field) => requireText(field.child('pdID'), pdID),
  portworxVolume: ({ volumeID }, field) => requireText(field.child('volumeID'), volumeID),
  azureDisk: validateAzureDisk,
  storageos: validateStorageOs,
  scaleIO: ({ gateway, system, volumeName }, field) => [
    ...requireText(field.child('gateway'), gateway),
    ...requireText(field.child('system'), system),
    ...requireText(field.child('volumeName'), volumeName),
  ],
  iscsi: validateIscsi,
} as const satisfies { readonly [K in keyof Sources]?: SourceCheck<K> };

/** What checks one of several sources, which is known by its name alone. */
export type AnySourceCheck = (source: object, field: FieldPath) => FieldError[];

/**
 * The first source, in the order they are looked at, is judged; further ones are one too many. `spelled` says where
 * upstream spells a second source otherwise than its field.
 */
export function validateOneSource(
  sources: Readonly<Record<string, unknown>>,
  field: FieldPath,
  {
    order,
    checks,
    spelled,
  }: {
    readonly order: readonly string[];
    readonly checks: Readonly<Record<string, AnySourceCheck | undefined>>;
    readonly spelled: Readonly<Record<string, string>>;
  },
): FieldError[] {
  const present = order.filter((type) => sources[type] !== undefined);
  if (present.length === 0) return [required(field, 'must specify a volume type')];
  return present.flatMap((type, position) =>
    position > 0
      ? [forbidden(field.child(spelled[type] ?? type), 'may not specify more than 1 volume type')]
      : (checks[type]?.(sources[type] as object, field.child(type)) ?? []),
  );
}

/** A secret of some namespace, both of which must be named well. */
export const validateSecretReference = (
  { name, namespace }: { readonly name?: string | undefined; readonly namespace?: string | undefined },
  field: FieldPath,
): FieldError[] => [
  ...requireText(field.child('name'), name, isDNS1123Subdomain),
  ...requireText(field.child('namespace'), namespace, isDNS1123Label),
];
