import { type Check, type CheckPod, containersOf, hasUserNamespace, isWindows, namesOf } from '../check.ts';
import { named, plural, quoted, setters, sorted } from '../wording.ts';

export const privileged: Check = {
  id: 'privileged',
  level: 'baseline',
  versions: [
    [
      0,
      ({ spec }) => {
        const bad = containersOf(spec).filter(({ securityContext }) => securityContext?.privileged);
        if (bad.length === 0) return undefined;
        const detail = `${named('container', namesOf(bad))} must not set securityContext.privileged=true`;
        return { reason: 'privileged', detail };
      },
    ],
  ],
};

const escalation: CheckPod = ({ spec }) => {
  const bad = containersOf(spec).filter((each) => each.securityContext?.allowPrivilegeEscalation !== false);
  if (bad.length === 0) return undefined;
  const detail = `${named('container', namesOf(bad))} must set securityContext.allowPrivilegeEscalation=false`;
  return { reason: 'allowPrivilegeEscalation != false', detail };
};

export const allowPrivilegeEscalation: Check = {
  id: 'allowPrivilegeEscalation',
  level: 'restricted',
  versions: [
    [8, escalation],
    [25, (pod) => (isWindows(pod.spec) ? undefined : escalation(pod))],
  ],
};

const procMount: CheckPod = ({ spec }) => {
  const typeOf = (each: ReturnType<typeof containersOf>[number]) => each.securityContext?.procMount ?? 'Default';
  const bad = containersOf(spec).filter((each) => typeOf(each) !== 'Default');
  if (bad.length === 0) return undefined;
  const types = quoted(sorted(bad.map(typeOf)));
  const detail = `${named('container', namesOf(bad))} must not set securityContext.procMount to ${types}`;
  return { reason: 'procMount', detail };
};

export const procMountBaseline: Check = {
  id: 'procMount_baseline',
  level: 'baseline',
  versions: [
    [0, procMount],
    [35, (pod) => (hasUserNamespace(pod.spec) ? undefined : procMount(pod))],
  ],
};

export const procMountRestricted: Check = {
  id: 'procMount_restricted',
  level: 'restricted',
  overrides: ['procMount_baseline'],
  versions: [[35, procMount]],
};

const nonRoot: CheckPod = ({ spec }) => {
  const containers = containersOf(spec);
  const saysNo = containers.filter(({ securityContext }) => securityContext?.runAsNonRoot === false);
  const who = setters(spec.securityContext?.runAsNonRoot === false, namesOf(saysNo));
  const reason = 'runAsNonRoot != true';
  if (who.length > 0) {
    return { reason, detail: `${who.join(' and ')} must not set securityContext.runAsNonRoot=false` };
  }
  const silent = containers.filter(({ securityContext }) => securityContext?.runAsNonRoot === undefined);
  if (spec.securityContext?.runAsNonRoot || silent.length === 0) return undefined;
  return { reason, detail: `pod or ${named('container', namesOf(silent))} must set securityContext.runAsNonRoot=true` };
};

export const runAsNonRoot: Check = {
  id: 'runAsNonRoot',
  level: 'restricted',
  versions: [
    [0, nonRoot],
    [35, (pod) => (hasUserNamespace(pod.spec) ? undefined : nonRoot(pod))],
  ],
};

const asRoot: CheckPod = ({ spec }) => {
  const bad = containersOf(spec).filter(({ securityContext }) => securityContext?.runAsUser === 0);
  const who = setters(spec.securityContext?.runAsUser === 0, namesOf(bad));
  return who.length === 0
    ? undefined
    : { reason: 'runAsUser=0', detail: `${who.join(' and ')} must not set runAsUser=0` };
};

export const runAsUser: Check = {
  id: 'runAsUser',
  level: 'restricted',
  versions: [
    [23, asRoot],
    [35, (pod) => (hasUserNamespace(pod.spec) ? undefined : asRoot(pod))],
  ],
};

const SYSCTLS: readonly (readonly [minor: number, names: readonly string[]])[] = [
  [
    0,
    [
      'kernel.shm_rmid_forced',
      'net.ipv4.ip_local_port_range',
      'net.ipv4.tcp_syncookies',
      'net.ipv4.ping_group_range',
      'net.ipv4.ip_unprivileged_port_start',
    ],
  ],
  [27, ['net.ipv4.ip_local_reserved_ports']],
  [
    29,
    [
      'net.ipv4.tcp_keepalive_time',
      'net.ipv4.tcp_fin_timeout',
      'net.ipv4.tcp_keepalive_intvl',
      'net.ipv4.tcp_keepalive_probes',
    ],
  ],
  [32, ['net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem']],
];

export const sysctls: Check = {
  id: 'sysctls',
  level: 'baseline',
  versions: SYSCTLS.map(([minor]) => {
    const allowed = new Set(SYSCTLS.filter(([from]) => from <= minor).flatMap(([, names]) => names));
    const check: CheckPod = ({ spec }) => {
      const set = (spec.securityContext?.sysctls ?? []).map(({ name }) => name);
      const bad = set.filter((name) => !allowed.has(name));
      return bad.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: bad.join(', ') };
    };
    return [minor, check] as const;
  }),
};

const VOLUMES = new Set(
  'configMap csi downwardAPI emptyDir ephemeral image persistentVolumeClaim projected secret'.split(' '),
);

/** The kinds of volumes that upstream calls by their name. */
const KNOWN_VOLUMES = new Set(
  (
    'gcePersistentDisk awsElasticBlockStore gitRepo nfs iscsi glusterfs rbd flexVolume cinder cephfs flocker fc ' +
    'azureFile vsphereVolume quobyte azureDisk photonPersistentDisk portworxVolume scaleIO storageos hostPath'
  ).split(' '),
);

export const restrictedVolumes: Check = {
  id: 'restrictedVolumes',
  level: 'restricted',
  overrides: ['hostPathVolumes'],
  versions: [
    [
      0,
      ({ spec }) => {
        const bad = (spec.volumes ?? [])
          .map(({ name, ...sources }) => {
            const kinds = Object.keys(sources).filter((kind) => sources[kind as keyof typeof sources] !== undefined);
            return { name, kinds };
          })
          // A volume without a source is an empty directory.
          .filter(({ kinds }) => kinds.length > 0 && !kinds.some((kind) => VOLUMES.has(kind)));
        if (bad.length === 0) return undefined;
        const types = sorted(bad.map(({ kinds }) => kinds.find((kind) => KNOWN_VOLUMES.has(kind)) ?? 'unknown'));
        const volumes = named(
          'volume',
          bad.map(({ name }) => name),
        );
        const detail = `${volumes} ${plural('uses', 'use', bad.length)} ${named('restricted volume type', types)}`;
        return { reason: 'restricted volume types', detail };
      },
    ],
  ],
};
