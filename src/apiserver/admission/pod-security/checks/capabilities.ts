import { type Check, type CheckPod, containersOf, isWindows, namesOf } from '../check.ts';
import { named, quoted, sorted } from '../wording.ts';

const DEFAULT = new Set(
  (
    'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID ' +
    'SYS_CHROOT'
  ).split(' '),
);

export const capabilitiesBaseline: Check = {
  id: 'capabilities_baseline',
  level: 'baseline',
  versions: [
    [
      0,
      (pod) => {
        const detail = addedBeyond(pod, (name) => DEFAULT.has(name));
        return detail === undefined ? undefined : { reason: 'non-default capabilities', detail };
      },
    ],
  ],
};

const restricted: CheckPod = (pod) => {
  const keeping = containersOf(pod.spec).filter((each) => !each.securityContext?.capabilities?.drop?.includes('ALL'));
  const details = [
    ...(keeping.length > 0
      ? [`${named('container', namesOf(keeping))} must set securityContext.capabilities.drop=["ALL"]`]
      : []),
    addedBeyond(pod, (name) => name === 'NET_BIND_SERVICE'),
  ].filter((detail) => detail !== undefined);
  return details.length === 0 ? undefined : { reason: 'unrestricted capabilities', detail: details.join('; ') };
};

export const capabilitiesRestricted: Check = {
  id: 'capabilities_restricted',
  level: 'restricted',
  overrides: ['capabilities_baseline'],
  versions: [
    [22, restricted],
    [25, (pod) => (isWindows(pod.spec) ? undefined : restricted(pod))],
  ],
};

function addedBeyond({ spec }: Parameters<CheckPod>[0], isAllowed: (name: string) => boolean): string | undefined {
  const beyond = (each: ReturnType<typeof containersOf>[number]) =>
    (each.securityContext?.capabilities?.add ?? []).filter((name) => !isAllowed(name));
  const bad = containersOf(spec).filter((each) => beyond(each).length > 0);
  if (bad.length === 0) return undefined;
  const names = quoted(sorted(bad.flatMap(beyond)));
  return `${named('container', namesOf(bad))} must not include ${names} in securityContext.capabilities.add`;
}
