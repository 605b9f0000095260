import { table } from '#base/table.ts';
import { type Field, type MessageSchema, resolveSchema, type Schema } from '../schema/schema.ts';

/** Words that Go spells otherwise than with a capital letter in front. */
const WORDS = table<string>({
  apiGroup: 'APIGroup',
  apiGroups: 'APIGroups',
  apiVersion: 'APIVersion',
  apiVersions: 'APIVersions',
  awsElasticBlockStore: 'AWSElasticBlockStore',
  caBundle: 'CABundle',
  cel: 'CEL',
  cephfs: 'CephFS',
  cidr: 'CIDR',
  cidrs: 'CIDRs',
  csi: 'CSI',
  dnsConfig: 'DNSConfig',
  dnsPolicy: 'DNSPolicy',
  fc: 'FC',
  fsGroup: 'FSGroup',
  fsGroupChangePolicy: 'FSGroupChangePolicy',
  fsGroupPolicy: 'FSGroupPolicy',
  fsType: 'FSType',
  gcePersistentDisk: 'GCEPersistentDisk',
  gmsaCredentialSpec: 'GMSACredentialSpec',
  gmsaCredentialSpecName: 'GMSACredentialSpecName',
  grpc: 'GRPC',
  http: 'HTTP',
  httpGet: 'HTTPGet',
  httpHeaders: 'HTTPHeaders',
  ip: 'IP',
  ipBlock: 'IPBlock',
  ipFamilies: 'IPFamilies',
  ipFamilyPolicy: 'IPFamilyPolicy',
  ipMode: 'IPMode',
  ips: 'IPs',
  iqn: 'IQN',
  iscsi: 'ISCSI',
  iscsiInterface: 'ISCSIInterface',
  jsonPatch: 'JSONPatch',
  nfs: 'NFS',
  os: 'OS',
  osImage: 'OSImage',
  pdID: 'PdID',
  pdName: 'PDName',
  qosClass: 'QOSClass',
  rbd: 'RBD',
  seLinuxChangePolicy: 'SELinuxChangePolicy',
  seLinuxMount: 'SELinuxMount',
  seLinuxOptions: 'SELinuxOptions',
  sslEnabled: 'SSLEnabled',
  storageos: 'StorageOS',
  tcpSocket: 'TCPSocket',
  tls: 'TLS',
  ttlSecondsAfterFinished: 'TTLSecondsAfterFinished',
  tty: 'TTY',
  uid: 'UID',
  url: 'URL',
  wwids: 'WWIDs',
});
/** Members that are called otherwise inside upstream. */
const MEMBERS = table<string>({
  'AzureDiskVolumeSource.diskURI': 'DataDiskURI',
  'ContainerStatus.lastState': 'LastTerminationState',
  'DeviceAttribute.bool': 'BoolValue',
  'DeviceAttribute.bools': 'BoolValues',
  'DeviceAttribute.int': 'IntValue',
  'DeviceAttribute.ints': 'IntValues',
  'DeviceAttribute.string': 'StringValue',
  'DeviceAttribute.strings': 'StringValues',
  'DeviceAttribute.version': 'VersionValue',
  'DeviceAttribute.versions': 'VersionValues',
  'GlusterfsPersistentVolumeSource.endpoints': 'EndpointsName',
  'GlusterfsVolumeSource.endpoints': 'EndpointsName',
  'ISCSIPersistentVolumeSource.chapAuthDiscovery': 'DiscoveryCHAPAuth',
  'ISCSIPersistentVolumeSource.chapAuthSession': 'SessionCHAPAuth',
  'ISCSIVolumeSource.chapAuthDiscovery': 'DiscoveryCHAPAuth',
  'ISCSIVolumeSource.chapAuthSession': 'SessionCHAPAuth',
  'RBDPersistentVolumeSource.image': 'RBDImage',
  'RBDPersistentVolumeSource.monitors': 'CephMonitors',
  'RBDPersistentVolumeSource.pool': 'RBDPool',
  'RBDPersistentVolumeSource.user': 'RadosUser',
  'RBDVolumeSource.image': 'RBDImage',
  'RBDVolumeSource.monitors': 'CephMonitors',
  'RBDVolumeSource.pool': 'RBDPool',
  'RBDVolumeSource.user': 'RadosUser',
});
/** Members that stand elsewhere inside upstream, each after another. */
const PLACES = table<Readonly<Record<string, string>>>({
  ContainerResourceMetricSource: { Target: 'Container' },
  JobSpec: { ActiveDeadlineSeconds: 'SuccessPolicy' },
  PersistentVolumeSource: { FlexVolume: 'ISCSI', Quobyte: 'RBD' },
  VolumeSource: { Quobyte: 'RBD' },
});

/**
 * A value as upstream shows it in messages: the JSON of Go structs that have no JSON names, so with Go's names, and
 * with every member, be it set or not. Types of `meta` have JSON names, and stay as they are.
 */
export function internalForm(value: unknown, schema: Schema): unknown {
  const resolved = resolveSchema(schema);
  switch (resolved.type) {
    case 'scalar':
      return (
        value ?? (resolved.scalar === 'time' || resolved.scalar === 'rawExtension' ? null : ZEROS[resolved.scalar])
      );
    case 'list':
      return (value as readonly unknown[] | undefined)?.map((item) => internalForm(item, resolved.items)) ?? null;
    case 'map':
      return value === undefined ? null : mapForm(value as Readonly<Record<string, unknown>>, resolved.values);
    case 'message':
      if (resolved.name.startsWith('io.k8s.apimachinery.')) return value ?? {};
      return messageForm((value ?? {}) as Readonly<Record<string, unknown>>, resolved);
  }
}

const ZEROS = table<unknown>({
  string: '',
  bool: false,
  int32: 0,
  int64: 0,
  double: 0,
  quantity: '0',
  bytes: null,
  duration: '0s',
  microTime: null,
  intOrString: 0,
  fieldsV1: null,
  json: null,
});

const mapForm = (value: Readonly<Record<string, unknown>>, values: Schema): Record<string, unknown> =>
  Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, internalForm(value[key], values)]),
  );

function messageForm(
  value: Readonly<Record<string, unknown>>,
  { name, fields }: MessageSchema,
): Record<string, unknown> {
  const type = name.slice(name.lastIndexOf('.') + 1);
  const entries = Object.entries(fields).flatMap(([key, field]): [string, unknown][] => {
    if (field.inline) return Object.entries(messageForm(value, field.schema as MessageSchema));
    const own = MEMBERS[`${type}.${key}`] ?? WORDS[key] ?? key[0]!.toUpperCase() + key.slice(1);
    return [[own, isNil(field, value[key]) ? null : internalForm(value[key], field.schema)]];
  });
  return Object.fromEntries(placed(entries, PLACES[type] ?? {}));
}

/** Members in their order, some of them after others. */
export function placed(
  entries: readonly (readonly [string, unknown])[],
  after: Readonly<Record<string, string>>,
): (readonly [string, unknown])[] {
  const follows = (name: string) => entries.filter(([each]) => after[each] === name);
  return entries.filter(([name]) => after[name] === undefined).flatMap((entry) => [entry, ...follows(entry[0])]);
}

const isNil = ({ presence, options }: Field, value: unknown): boolean =>
  value === undefined && (presence === 'pointer' || options.pointer === true);
