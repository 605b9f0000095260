import { table } from '#base/table.ts';
import { type Field, type MessageSchema, resolveSchema, type Schema } from '../schema/schema.ts';

/** Words that Go spells otherwise than with a capital letter in front. */
const WORDS = table<string>({
  apiGroup: 'APIGroup',
  apiGroups: 'APIGroups',
  apiVersion: 'APIVersion',
  awsElasticBlockStore: 'AWSElasticBlockStore',
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
  fsType: 'FSType',
  gcePersistentDisk: 'GCEPersistentDisk',
  gmsaCredentialSpec: 'GMSACredentialSpec',
  gmsaCredentialSpecName: 'GMSACredentialSpecName',
  grpc: 'GRPC',
  httpGet: 'HTTPGet',
  httpHeaders: 'HTTPHeaders',
  ip: 'IP',
  ipBlock: 'IPBlock',
  ips: 'IPs',
  iqn: 'IQN',
  iscsi: 'ISCSI',
  nfs: 'NFS',
  os: 'OS',
  pdID: 'PdID',
  pdName: 'PDName',
  rbd: 'RBD',
  seLinuxChangePolicy: 'SELinuxChangePolicy',
  seLinuxOptions: 'SELinuxOptions',
  storageos: 'StorageOS',
  tcpSocket: 'TCPSocket',
  tty: 'TTY',
  uid: 'UID',
  wwids: 'WWIDs',
});
/** Members that are called otherwise inside upstream. */
const MEMBERS = table<string>({
  'DeviceAttribute.bool': 'BoolValue',
  'DeviceAttribute.int': 'IntValue',
  'DeviceAttribute.string': 'StringValue',
  'DeviceAttribute.version': 'VersionValue',
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
  return Object.fromEntries(entries);
}

const isNil = ({ presence, options }: Field, value: unknown): boolean =>
  value === undefined && (presence === 'pointer' || options.pointer === true);
