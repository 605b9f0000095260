import type { Container } from '#api/core/v1/container.ts';
import { type Check, containersOf, namesOf } from '../check.ts';
import { named, plural, quoted, setters, sorted } from '../wording.ts';

export const hostNamespaces: Check = {
  id: 'hostNamespaces',
  level: 'baseline',
  versions: [
    [
      0,
      ({ spec }) => {
        const shared = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((name) => spec[name]);
        if (shared.length === 0) return undefined;
        return { reason: 'host namespaces', detail: shared.map((name) => `${name}=true`).join(', ') };
      },
    ],
  ],
};

export const hostPathVolumes: Check = {
  id: 'hostPathVolumes',
  level: 'baseline',
  versions: [
    [
      0,
      ({ spec }) => {
        const bad = (spec.volumes ?? []).filter(({ hostPath }) => hostPath).map(({ name }) => name);
        return bad.length === 0 ? undefined : { reason: 'hostPath volumes', detail: named('volume', bad) };
      },
    ],
  ],
};

export const hostPorts: Check = {
  id: 'hostPorts',
  level: 'baseline',
  versions: [
    [
      0,
      ({ spec }) => {
        const bad = containersOf(spec).filter(({ ports }) => ports?.some(({ hostPort }) => hostPort));
        if (bad.length === 0) return undefined;
        const taken = bad.flatMap(({ ports }) => (ports ?? []).map(({ hostPort }) => hostPort ?? 0));
        const numbers = sorted(taken.filter((port) => port !== 0).map(String));
        const ports = `${plural('hostPort', 'hostPorts', numbers.length)} ${numbers.join(', ')}`;
        const detail = `${named('container', namesOf(bad))} ${plural('uses', 'use', bad.length)} ${ports}`;
        return { reason: 'hostPort', detail };
      },
    ],
  ],
};

export const hostProbes: Check = {
  id: 'hostProbesAndHostLifecycle',
  level: 'baseline',
  versions: [
    [
      34,
      ({ spec }) => {
        const bad = containersOf(spec).filter((container) => hostsOf(container).length > 0);
        if (bad.length === 0) return undefined;
        const hosts = sorted(bad.flatMap(hostsOf));
        const what = plural('probe or lifecycle host', 'probe or lifecycle hosts', hosts.length);
        const names = sorted(namesOf(bad));
        const detail = `${named('container', names)} ${plural('uses', 'use', names.length)} ${what} ${quoted(hosts)}`;
        return { reason: 'probe or lifecycle host', detail };
      },
    ],
  ],
};

type Probed = Pick<Container, 'livenessProbe' | 'readinessProbe' | 'startupProbe' | 'lifecycle'>;

const hostsOf = ({ livenessProbe, readinessProbe, startupProbe, lifecycle }: Probed): string[] =>
  [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop]
    .flatMap((handler) => [handler?.httpGet?.host, handler?.tcpSocket?.host])
    .filter((host): host is string => Boolean(host));

export const windowsHostProcess: Check = {
  id: 'windowsHostProcess',
  level: 'baseline',
  versions: [
    [
      0,
      ({ spec }) => {
        const bad = containersOf(spec).filter((each) => each.securityContext?.windowsOptions?.hostProcess);
        const who = setters(Boolean(spec.securityContext?.windowsOptions?.hostProcess), namesOf(bad));
        if (who.length === 0) return undefined;
        const detail = `${who.join(' and ')} must not set securityContext.windowsOptions.hostProcess=true`;
        return { reason: 'hostProcess', detail };
      },
    ],
  ],
};
