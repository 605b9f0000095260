import { type Check, type CheckPod, containersOf, isWindows, namesOf, type PodShape } from '../check.ts';
import { named, plural, quoted, setters, sorted } from '../wording.ts';

const SELINUX_TYPES = ['', 'container_t', 'container_init_t', 'container_kvm_t'];

const seLinux =
  (types: readonly string[]): CheckPod =>
  ({ spec }) => {
    const isBad = (options: { type?: string | undefined; user?: string | undefined; role?: string | undefined } = {}) =>
      !types.includes(options.type ?? '') || Boolean(options.user) || Boolean(options.role);
    const bad = containersOf(spec).filter(({ securityContext }) => isBad(securityContext?.seLinuxOptions));
    const all = [spec.securityContext?.seLinuxOptions, ...bad.map((each) => each.securityContext?.seLinuxOptions)];
    const who = setters(isBad(all[0]), namesOf(bad));
    if (who.length === 0) return undefined;
    const badTypes = sorted(all.map((options) => options?.type ?? '').filter((type) => !types.includes(type)));
    const what = [
      ...(badTypes.length > 0 ? [named('type', badTypes)] : []),
      ...(all.some((options) => options?.user) ? ['user may not be set'] : []),
      ...(all.some((options) => options?.role) ? ['role may not be set'] : []),
    ];
    const detail = `${who.join(' and ')} set forbidden securityContext.seLinuxOptions: ${what.join('; ')}`;
    return { reason: 'seLinuxOptions', detail };
  };

export const seLinuxOptions: Check = {
  id: 'seLinuxOptions',
  level: 'baseline',
  versions: [
    [0, seLinux(SELINUX_TYPES)],
    [31, seLinux([...SELINUX_TYPES, 'container_engine_t'])],
  ],
};

const isGoodProfile = (type: string): boolean => type === 'RuntimeDefault' || type === 'Localhost';

const POD_ANNOTATION = 'seccomp.security.alpha.kubernetes.io/pod';
const CONTAINER_ANNOTATION = 'container.seccomp.security.alpha.kubernetes.io/';

/** Before there was a field. */
const seccompAnnotations: CheckPod = ({ metadata, spec }) => {
  const isGood = (value: string) =>
    value === 'runtime/default' || value === 'docker/default' || value.startsWith('localhost/');
  const keys = [POD_ANNOTATION, ...namesOf(containersOf(spec)).map((name) => CONTAINER_ANNOTATION + name)];
  const bad = sorted(
    keys.flatMap((key) => {
      const value = metadata.annotations?.[key];
      return value === undefined || isGood(value) ? [] : [`${key}=${JSON.stringify(value)}`];
    }),
  );
  if (bad.length === 0) return undefined;
  const detail = `forbidden ${plural('annotation', 'annotations', bad.length)} ${bad.join(', ')}`;
  return { reason: 'seccompProfile', detail };
};

const badSeccomp: CheckPod = ({ spec }) => {
  const typeOf = (context: { seccompProfile?: { type: string } | undefined } | undefined) =>
    context?.seccompProfile?.type;
  const isBad = (type: string | undefined): type is string => type !== undefined && !isGoodProfile(type);
  const bad = containersOf(spec).filter(({ securityContext }) => isBad(typeOf(securityContext)));
  const ofPod = typeOf(spec.securityContext);
  const who = setters(isBad(ofPod), namesOf(bad));
  if (who.length === 0) return undefined;
  const values = sorted([ofPod, ...bad.map((each) => typeOf(each.securityContext))].filter(isBad));
  const detail = `${who.join(' and ')} must not set securityContext.seccompProfile.type to ${quoted(values)}`;
  return { reason: 'seccompProfile', detail };
};

export const seccompBaseline: Check = {
  id: 'seccompProfile_baseline',
  level: 'baseline',
  versions: [
    [0, seccompAnnotations],
    [19, badSeccomp],
  ],
};

const seccompRequired = (pod: PodShape) => {
  const bad = badSeccomp(pod);
  if (bad) return bad;
  if (pod.spec.securityContext?.seccompProfile) return undefined;
  const silent = containersOf(pod.spec).filter(({ securityContext }) => !securityContext?.seccompProfile);
  if (silent.length === 0) return undefined;
  const detail = `pod or ${named('container', namesOf(silent))} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`;
  return { reason: 'seccompProfile', detail };
};

export const seccompRestricted: Check = {
  id: 'seccompProfile_restricted',
  level: 'restricted',
  overrides: ['seccompProfile_baseline'],
  versions: [
    [19, seccompRequired],
    [25, (pod) => (isWindows(pod.spec) ? undefined : seccompRequired(pod))],
  ],
};

const APPARMOR_ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';

export const appArmorProfile: Check = {
  id: 'appArmorProfile',
  level: 'baseline',
  versions: [
    [
      0,
      ({ metadata, spec }) => {
        const isBad = (type: string | undefined): type is string => type !== undefined && !isGoodProfile(type);
        const ofPod = spec.securityContext?.appArmorProfile?.type;
        const bad = containersOf(spec).filter((each) => isBad(each.securityContext?.appArmorProfile?.type));
        const annotations = Object.entries(metadata.annotations ?? {})
          .filter(([key, value]) => key.startsWith(APPARMOR_ANNOTATION) && !isGoodAnnotation(value))
          .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
          .sort();
        const who = setters(isBad(ofPod), namesOf(bad));
        if (annotations.length > 0) who.push(plural('annotation', 'annotations', annotations.length));
        if (who.length === 0) return undefined;
        const types = [ofPod, ...bad.map((each) => each.securityContext?.appArmorProfile?.type)].filter(isBad);
        const values = [...sorted(types), ...annotations];
        return {
          reason: plural('forbidden AppArmor profile', 'forbidden AppArmor profiles', values.length),
          detail: `${who.join(' and ')} must not set AppArmor profile type to ${quoted(values)}`,
        };
      },
    ],
  ],
};

const isGoodAnnotation = (value: string): boolean =>
  value === '' || value === 'runtime/default' || value.startsWith('localhost/');
