import { describe, expect, test } from 'vitest';
import type { ContainerConfig, LinuxContainerSecurity } from '../../runtime.ts';
import { buildContainerSpec, containerArgs, type SpecInput, toOciResources } from './build-container-spec.ts';
import { CAPABILITIES, containerCapabilities, DEFAULT_CAPABILITIES, parseCapabilityMask } from './capabilities.ts';
import { resolveUser } from './process-user.ts';

const everything = new Set(CAPABILITIES);

const config: ContainerConfig = {
  metadata: { name: 'main', attempt: 0 },
  image: 'app',
  envs: [],
  mounts: [],
  labels: {},
  annotations: {},
  logPath: 'main/0.log',
  stdin: false,
  stdinOnce: false,
  tty: false,
};

function input(overrides: Partial<Omit<SpecInput, 'config'>> & { config?: Partial<ContainerConfig> } = {}): SpecInput {
  return {
    image: { Cmd: ['sh'] },
    user: { uid: 0, gid: 0, additionalGids: [0], home: '/root' },
    rootfs: '/b/rootfs',
    cgroupsPath: '/kubepods/pod1/c1',
    hostname: 'web-0',
    namespaces: { network: 'POD', pid: 'CONTAINER', ipc: 'POD' },
    namespacePaths: { network: '/n/net', ipc: '/n/ipc', uts: '/n/uts' },
    sandboxFiles: { shm: '/s/shm', resolvConf: '/s/resolv.conf', hostname: '/s/hostname', hosts: '/s/hosts' },
    devices: [],
    host: { capabilities: everything, minimumOomScoreAdj: -1000, architecture: 'x64' },
    ...overrides,
    config: { ...config, ...overrides.config },
  };
}

const specOf = (overrides?: Parameters<typeof input>[0]) => buildContainerSpec(input(overrides));
const withSecurity = (security: LinuxContainerSecurity) => specOf({ config: { security } });

describe('container specification', () => {
  test('joins the namespaces of the pod and makes its own', () => {
    expect(specOf().linux.namespaces).toEqual([
      { type: 'mount' },
      { type: 'pid' },
      { type: 'network', path: '/n/net' },
      { type: 'ipc', path: '/n/ipc' },
      { type: 'uts', path: '/n/uts' },
    ]);
  });

  test.each([
    [{ pid: 'POD' }, { pid: '/proc/7/ns/pid' }, [{ type: 'mount' }, { type: 'pid', path: '/proc/7/ns/pid' }]],
    [{ pid: 'NODE' }, {}, [{ type: 'mount' }]],
  ] as const)('with namespaces %j', (namespaces, namespacePaths, expected) => {
    const spec = specOf({ namespaces: { network: 'NODE', ipc: 'NODE', ...namespaces }, namespacePaths });
    expect(spec.linux.namespaces).toEqual(expected);
    expect(spec.mounts.map(({ destination }) => destination)).not.toContain('/dev/mqueue');
  });

  test.each([
    [{}, {}, []],
    [{}, { Entrypoint: ['e'], Cmd: ['c'] }, ['e', 'c']],
    [{ args: ['a'] }, { Entrypoint: ['e'], Cmd: ['c'] }, ['e', 'a']],
    [{ command: ['x'] }, { Entrypoint: ['e'], Cmd: ['c'] }, ['x']],
    [{ command: ['x'], args: ['a'] }, { Entrypoint: ['e'] }, ['x', 'a']],
    [{ command: [], args: [] }, { Entrypoint: null, Cmd: ['c'] }, ['c']],
  ])('runs %j of image %j', (asked, image, expected) => {
    expect(containerArgs(asked, image)).toEqual(expected);
  });

  test('merges the environment: later sources win, the order stays', () => {
    const { env } = specOf({
      image: { Env: ['A=image', 'B=image=1', 'PATH=/bin'] },
      config: {
        envs: [
          { key: 'B', value: 'pod' },
          { key: 'C', value: '' },
        ],
      },
    }).process;
    expect(env).toEqual(['PATH=/bin', 'HOSTNAME=web-0', 'A=image', 'B=pod', 'C=', 'HOME=/root']);
  });

  test.each([
    [undefined, undefined, '/'],
    [undefined, '/image', '/image'],
    ['/pod', '/image', '/pod'],
  ])('works in directory %s over %s', (workingDir, WorkingDir, expected) => {
    const spec = specOf({
      image: { ...(WorkingDir && { WorkingDir }) },
      config: { ...(workingDir && { workingDir }) },
    });
    expect(spec.process.cwd).toBe(expected);
  });

  test('a terminal is named in the environment', () => {
    const { terminal, env } = specOf({ config: { tty: true } }).process;
    expect([terminal, env.includes('TERM=xterm')]).toEqual([true, true]);
  });

  test('puts files of the sandbox below mounts of the pod, and outer mounts before inner ones', () => {
    const mounts = [
      { containerPath: '/etc/hosts', hostPath: '/h/hosts', readonly: true },
      { containerPath: '/data/inner', hostPath: '/h/inner', readonly: false, propagation: 'HOST_TO_CONTAINER' },
      { containerPath: '/data', hostPath: '/h/data', readonly: false },
      { containerPath: '/sys', hostPath: '/sys', readonly: false },
    ] as const;
    const spec = specOf({ config: { mounts } });
    expect(spec.mounts.filter(({ type }) => type === 'bind')).toEqual([
      { destination: '/data', type: 'bind', source: '/h/data', options: ['rbind', 'rprivate', 'rw'] },
      { destination: '/sys', type: 'bind', source: '/sys', options: ['rbind', 'rprivate', 'rw'] },
      { destination: '/dev/shm', type: 'bind', source: '/s/shm', options: ['rbind', 'rprivate', 'rw'] },
      { destination: '/etc/resolv.conf', type: 'bind', source: '/s/resolv.conf', options: ['rbind', 'rprivate', 'rw'] },
      { destination: '/etc/hostname', type: 'bind', source: '/s/hostname', options: ['rbind', 'rprivate', 'rw'] },
      { destination: '/etc/hosts', type: 'bind', source: '/h/hosts', options: ['rbind', 'rprivate', 'ro'] },
      { destination: '/data/inner', type: 'bind', source: '/h/inner', options: ['rbind', 'rslave', 'rw'] },
    ]);
    expect(spec.mounts.filter(({ destination }) => destination === '/sys')).toHaveLength(1);
    expect(spec.linux.rootfsPropagation).toBe('rslave');
  });

  test.each([
    [1000, -1000, 1000],
    [-997, -1000, -997],
    [-997, 0, 0],
    [3, 5, 5],
  ])('asks for oom_score_adj %i where %i is the least: %i', (oomScoreAdj, minimumOomScoreAdj, expected) => {
    const host = { capabilities: everything, minimumOomScoreAdj, architecture: 'x64' };
    expect(specOf({ config: { resources: { oomScoreAdj } }, host }).process.oomScoreAdj).toBe(expected);
  });

  test('an ordinary container is confined', () => {
    const { process, linux, mounts, root } = specOf();
    expect(process.capabilities.bounding).toEqual(CAPABILITIES.filter((name) => DEFAULT_CAPABILITIES.includes(name)));
    expect([process.noNewPrivileges, root.readonly, linux.seccomp]).toEqual([false, false, undefined]);
    expect(linux.maskedPaths).toContain('/proc/kcore');
    expect(linux.readonlyPaths).toContain('/proc/sys');
    expect(linux.resources.devices).toEqual([{ allow: false, access: 'rwm' }]);
    expect(mounts.find(({ destination }) => destination === '/sys')?.options).toContain('ro');
  });

  test('a privileged container is not', () => {
    const { process, linux, mounts } = withSecurity({ privileged: true, seccompProfile: 'RuntimeDefault' });
    expect(process.capabilities.effective).toEqual(CAPABILITIES);
    expect([linux.maskedPaths, linux.readonlyPaths, linux.seccomp]).toEqual([[], [], undefined]);
    expect(linux.resources.devices).toEqual([{ allow: true, access: 'rwm' }]);
    expect(mounts.find(({ destination }) => destination === '/sys')?.options).toContain('rw');
  });

  test('security settings are passed on', () => {
    const spec = withSecurity({
      readonlyRootfs: true,
      noNewPrivileges: true,
      maskedPaths: ['/proc/x'],
      readonlyPaths: [],
      seccompProfile: 'RuntimeDefault',
    });
    expect([spec.root.readonly, spec.process.noNewPrivileges]).toEqual([true, true]);
    expect([spec.linux.maskedPaths, spec.linux.readonlyPaths]).toEqual([['/proc/x'], []]);
    expect(spec.linux.seccomp).toMatchObject({ defaultAction: expect.any(String), syscalls: expect.any(Array) });
  });

  test('a profile of the node is used as it is', () => {
    const localSeccomp = { defaultAction: 'SCMP_ACT_LOG' };
    const security = { seccompProfile: { localhostRef: '/p.json' } };
    expect(specOf({ config: { security }, localSeccomp }).linux.seccomp).toEqual(localSeccomp);
  });

  test('devices are made and allowed', () => {
    const device = { path: '/dev/x', type: 'c', major: 10, minor: 7, fileMode: 0o660, uid: 0, gid: 5 } as const;
    const { linux } = specOf({ devices: [{ device, access: 'rw' }] });
    expect(linux.devices).toEqual([device]);
    expect(linux.resources.devices).toEqual([
      { allow: false, access: 'rwm' },
      { allow: true, access: 'rw', type: 'c', major: 10, minor: 7 },
    ]);
  });

  test.each([
    [{}, {}],
    [{ cpuQuota: 0, memoryLimitInBytes: 0, pidsLimit: 0 }, {}],
    [
      { cpuShares: 2, cpuQuota: 5000, cpuPeriod: 100_000, memoryLimitInBytes: 9, pidsLimit: 3 },
      { cpu: { shares: 2, quota: 5000, period: 100_000 }, memory: { limit: 9 }, pids: { limit: 3 } },
    ],
    [{ pidsLimit: -1 }, {}],
  ])('limits %j', (resources, expected) => {
    expect(toOciResources(resources)).toEqual(expected);
  });
});

describe('capabilities', () => {
  test.each([
    [{ drop: ['ALL'] }, []],
    [{ drop: ['ALL'], add: ['NET_ADMIN', 'cap_sys_time'] }, ['CAP_NET_ADMIN', 'CAP_SYS_TIME']],
    [{ add: ['ALL'], drop: CAPABILITIES.slice(1) }, ['CAP_CHOWN']],
    [{ drop: DEFAULT_CAPABILITIES.filter((name) => name !== 'CAP_KILL') }, ['CAP_KILL']],
    [{ add: ['NO_SUCH'], drop: ['ALL'] }, []],
  ])('%j', (request, expected) => {
    expect(containerCapabilities(request, everything)).toEqual(expected);
  });

  test('never more than this process may give', () => {
    const status = 'Name:\tx\nCapBnd:\t0000000000000021\n';
    const available = parseCapabilityMask(status, 'CapBnd');
    expect([...available]).toEqual(['CAP_CHOWN', 'CAP_KILL']);
    expect(containerCapabilities({ privileged: true }, available)).toEqual(['CAP_CHOWN', 'CAP_KILL']);
    expect(parseCapabilityMask(status, 'CapEff').size).toBe(0);
  });
});

describe('process user', () => {
  const passwd = 'root:x:0:0:root:/root:/bin/sh\n# comment\nalice:x:1000:1001::/home/a:/bin/sh\nbroken\n';
  const group = 'root:x:0:\nstaff:x:50:bob,alice\nalice:x:1001:\n';
  const files = { passwd, group };

  test.each([
    [{ imageUser: '' }, { uid: 0, gid: 0, additionalGids: [0], home: '/root' }],
    [{ imageUser: 'alice' }, { uid: 1000, gid: 1001, additionalGids: [1001, 50], home: '/home/a' }],
    [{ imageUser: '1000' }, { uid: 1000, gid: 1001, additionalGids: [1001, 50], home: '/home/a' }],
    [{ imageUser: 'alice:staff' }, { uid: 1000, gid: 50, additionalGids: [50], home: '/home/a' }],
    [{ imageUser: '77:88' }, { uid: 77, gid: 88, additionalGids: [88], home: '/' }],
    [
      { imageUser: 'alice', runAsUser: 5 },
      { uid: 5, gid: 0, additionalGids: [0], home: '/' },
    ],
    [
      { imageUser: 'alice', runAsGroup: 9, supplementalGroups: [9, 10] },
      { uid: 1000, gid: 9, additionalGids: [9, 50, 10], home: '/home/a' },
    ],
  ])('%j', (request, expected) => {
    expect(resolveUser({ ...files, ...request })).toEqual(expected);
  });

  test.each([
    ['carol', 'unable to find user carol'],
    ['alice:nogroup', 'unable to find group nogroup'],
  ])('refuses %s', (imageUser, message) => {
    expect(() => resolveUser({ ...files, imageUser })).toThrow(message);
  });
});
