import { table } from '#base/table.ts';
import { internalForm } from '#machinery/errors/internal-form.ts';
import { PodSpec } from './pod-spec.ts';
import type { PodTemplateSpec } from './pod-template-spec.ts';

type Form = Readonly<Record<string, unknown>>;

/** What stands in the security context inside upstream. */
const OF_HOST = ['HostNetwork', 'HostPID', 'HostIPC', 'ShareProcessNamespace', 'HostUsers'] as const;
/** Members that stand elsewhere inside upstream, each after another. */
const AFTER = table<string>({
  SetHostnameAsFQDN: 'Subdomain',
  PreemptionPolicy: 'Priority',
  Overhead: 'RuntimeClassName',
});

/** A template as upstream shows it in messages: its metadata are its own members. */
export const podTemplateForm = ({ metadata, spec }: PodTemplateSpec): Form => ({
  ...metadata,
  Spec: podSpecForm(spec ?? {}),
});

/** The same of what stands in a template. */
export function podSpecForm(spec: PodTemplateSpec['spec'] | object): Form {
  const form = internalForm(spec, PodSpec) as Form;
  const moved = [...OF_HOST, ...Object.keys(AFTER), 'ServiceAccount'];
  const entries = Object.entries(form).flatMap(([name, value]): [string, unknown][] => {
    if (moved.includes(name)) return [];
    const shown = name === 'SecurityContext' ? securityContextForm(form) : value;
    const followers = Object.keys(AFTER).filter((each) => AFTER[each] === name);
    return [[name, shown], ...followers.map((each): [string, unknown] => [each, form[each]])];
  });
  return Object.fromEntries(entries);
}

/** There whatever was asked for. */
function securityContextForm({ SecurityContext: context, ...form }: Form): unknown {
  const ofHost = Object.fromEntries(OF_HOST.map((name) => [name, form[name]]));
  const { Sysctls, FSGroupChangePolicy, SeccompProfile, ...rest } = (context ?? {}) as Form;
  const { AppArmorProfile, SELinuxChangePolicy, ...first } = rest;
  return { ...ofHost, ...first, FSGroupChangePolicy, Sysctls, SeccompProfile, AppArmorProfile, SELinuxChangePolicy };
}
