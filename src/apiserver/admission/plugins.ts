import { ConfigFileError } from '#machinery/codec/config-file.ts';
import type { AdmissionPlugin } from './admission.ts';
import type { AdmissionSource } from './admission-source.ts';
import { readImagePolicy } from './image-policy/image-policy-configuration.ts';
import { createImagePolicyWebhook } from './image-policy/image-policy-webhook.ts';
import { createLimitRanger } from './limit-ranger/limit-ranger.ts';
import { createNodeRestriction } from './node-restriction/node-restriction.ts';
import { alwaysAdmit } from './plugins/always-admit.ts';
import { alwaysDeny } from './plugins/always-deny.ts';
import { alwaysPullImages } from './plugins/always-pull-images.ts';
import { certificateSubjectRestriction } from './plugins/certificate-subject-restriction.ts';
import {
  createCertificateApproval,
  createCertificateSigning,
  createClusterTrustBundleAttest,
} from './plugins/certificates.ts';
import { createDefaultIngressClass } from './plugins/default-ingress-class.ts';
import { createDefaultStorageClass } from './plugins/default-storage-class.ts';
import { defaultTolerationSeconds } from './plugins/default-toleration-seconds.ts';
import { denyServiceExternalIps } from './plugins/deny-service-external-ips.ts';
import { createEventRateLimit, readEventRateLimits } from './plugins/event-rate-limit.ts';
import { extendedResourceToleration } from './plugins/extended-resource-toleration.ts';
import { createJobValidation } from './plugins/job-validation.ts';
import { limitPodHardAntiAffinityTopology } from './plugins/limit-pod-hard-anti-affinity-topology.ts';
import { createNamespaceAutoProvision } from './plugins/namespace-auto-provision.ts';
import { createNamespaceExists } from './plugins/namespace-exists.ts';
import { createNamespaceLifecycle } from './plugins/namespace-lifecycle.ts';
import { createNodeDeclaredFeatureValidator } from './plugins/node-declared-feature-validator.ts';
import { createOwnerReferencesPermissionEnforcement } from './plugins/owner-references-permission-enforcement.ts';
import { createPersistentVolumeClaimResize } from './plugins/persistent-volume-claim-resize.ts';
import { podGroupProtection } from './plugins/pod-group-protection.ts';
import { createPodGroupWorkloadExists } from './plugins/pod-group-workload-exists.ts';
import { createPodNodeSelector, readPodNodeSelectors } from './plugins/pod-node-selector.ts';
import { createPodResizeValidator } from './plugins/pod-resize-validator.ts';
import { createPodTolerationRestriction, readPodTolerationRestriction } from './plugins/pod-toleration-restriction.ts';
import { createPodTopologyLabels } from './plugins/pod-topology-labels.ts';
import { createPriorityAdmission } from './plugins/priority.ts';
import { createRuntimeClassAdmission } from './plugins/runtime-class.ts';
import { createServiceAccountAdmission } from './plugins/service-account.ts';
import { storageObjectInUseProtection } from './plugins/storage-object-in-use-protection.ts';
import { taintNodesByCondition } from './plugins/taint-nodes-by-condition.ts';
import { readPodSecurityConfiguration } from './pod-security/configuration.ts';
import { createPodSecurity } from './pod-security/pod-security.ts';
import { readLimitedResources } from './resource-quota/limited-resources.ts';
import { createResourceQuotaAdmission } from './resource-quota/resource-quota.ts';

/** One plugin as the list holds it. */
export interface PluginEntry {
  /** As `--enable-admission-plugins` of upstream's API server calls it. */
  readonly name: string;
  /** Runs unless it is disabled; the others run when they are enabled. */
  readonly byDefault: boolean;
  /** `configuration` is the text of the plugin's own configuration; throws a `ConfigFileError` for one that is wrong. */
  readonly create: (source: AdmissionSource, configuration?: string) => AdmissionPlugin;
  /** Reads a configuration; absent for plugins that have none. Throws a `ConfigFileError`. */
  readonly read?: (configuration: string) => unknown;
  /** What is wrong when there is no configuration, for plugins that are nothing without one. */
  readonly withoutConfiguration?: string;
}

/** Which plugins run, beside upstream's default set, and what they are told. */
export interface AdmissionPluginChoice {
  readonly enableAdmissionPlugins?: readonly string[] | undefined;
  readonly disableAdmissionPlugins?: readonly string[] | undefined;
  /** Texts of the plugins' own configurations, by their names; see `readAdmissionConfiguration`. */
  readonly admissionConfigurations?: Readonly<Record<string, string>> | undefined;
}

const on = (name: string, create: (source: AdmissionSource) => AdmissionPlugin): PluginEntry => ({
  name,
  byDefault: true,
  create,
});
const off = (name: string, create: (source: AdmissionSource) => AdmissionPlugin): PluginEntry => ({
  name,
  byDefault: false,
  create,
});

/** A plugin about a feature that is off: flags may name it. */
const idle = (name: string): AdmissionPlugin => ({ name, resources: [] });

/** The same as `on` and `off` for a plugin with a configuration. */
const configured = <C>(
  { name, byDefault }: Pick<PluginEntry, 'name' | 'byDefault'>,
  read: (text: string) => C,
  create: (source: AdmissionSource, configuration?: C) => AdmissionPlugin,
): PluginEntry => ({
  name,
  byDefault,
  read,
  create: (source, text) => create(source, text === undefined ? undefined : read(text)),
});

/** Every built-in plugin but the last, in the order in which upstream runs them. */
const BUILT_IN: readonly PluginEntry[] = [
  off('AlwaysAdmit', () => alwaysAdmit),
  off('NamespaceAutoProvision', createNamespaceAutoProvision),
  on('NamespaceLifecycle', createNamespaceLifecycle),
  off('NamespaceExists', createNamespaceExists),
  off('LimitPodHardAntiAffinityTopology', () => limitPodHardAntiAffinityTopology),
  on('LimitRanger', createLimitRanger),
  on('ServiceAccount', createServiceAccountAdmission),
  off('NodeRestriction', createNodeRestriction),
  on('TaintNodesByCondition', () => taintNodesByCondition),
  off('AlwaysPullImages', () => alwaysPullImages),
  {
    ...configured({ name: 'ImagePolicyWebhook', byDefault: false }, readImagePolicy, createImagePolicyWebhook),
    withoutConfiguration: 'no config specified',
  },
  configured({ name: 'PodSecurity', byDefault: true }, readPodSecurityConfiguration, createPodSecurity),
  configured({ name: 'PodNodeSelector', byDefault: false }, readPodNodeSelectors, createPodNodeSelector),
  on('Priority', createPriorityAdmission),
  on('DefaultTolerationSeconds', () => defaultTolerationSeconds),
  configured(
    { name: 'PodTolerationRestriction', byDefault: false },
    readPodTolerationRestriction,
    createPodTolerationRestriction,
  ),
  {
    ...configured({ name: 'EventRateLimit', byDefault: false }, readEventRateLimits, createEventRateLimit),
    withoutConfiguration: 'limits: Invalid value: null: must not be empty',
  },
  off('ExtendedResourceToleration', () => extendedResourceToleration),
  on('DefaultStorageClass', createDefaultStorageClass),
  on('StorageObjectInUseProtection', () => storageObjectInUseProtection),
  off('OwnerReferencesPermissionEnforcement', createOwnerReferencesPermissionEnforcement),
  on('PersistentVolumeClaimResize', createPersistentVolumeClaimResize),
  on('RuntimeClass', createRuntimeClassAdmission),
  on('CertificateApproval', createCertificateApproval),
  on('CertificateSigning', createCertificateSigning),
  on('ClusterTrustBundleAttest', createClusterTrustBundleAttest),
  on('CertificateSubjectRestriction', () => certificateSubjectRestriction),
  on('DefaultIngressClass', createDefaultIngressClass),
  off('DenyServiceExternalIPs', () => denyServiceExternalIps),
  on('PodTopologyLabels', createPodTopologyLabels),
  on('PodGroupWorkloadExists', createPodGroupWorkloadExists),
  on('PodGroupProtection', () => podGroupProtection),
  on('NodeDeclaredFeatureValidator', createNodeDeclaredFeatureValidator),
  on('JobValidation', createJobValidation),
  on('PodResizeValidator', createPodResizeValidator),
];

/** Policies and webhooks: they see what the built-in plugins made of an object. */
const DYNAMIC: readonly PluginEntry[] = [
  'MutatingAdmissionPolicy',
  'MutatingAdmissionWebhook',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionWebhook',
].map((name) => on(name, () => idle(name)));

/** Counts what everybody else let through. */
const LAST: readonly PluginEntry[] = [
  configured({ name: 'ResourceQuota', byDefault: true }, readLimitedResources, createResourceQuotaAdmission),
  off('AlwaysDeny', () => alwaysDeny),
];

export const pluginEntries: readonly PluginEntry[] = [...BUILT_IN, ...DYNAMIC, ...LAST];

/** What is wrong with a choice, in upstream's words: names that are unknown, or both enabled and disabled. */
export function pluginChoiceError(choice: AdmissionPluginChoice): string | undefined {
  const { enableAdmissionPlugins: enable = [], disableAdmissionPlugins: disable = [] } = choice;
  const isUnknown = (name: string) => !pluginEntries.some((entry) => entry.name === name);
  for (const [flag, names] of [
    ['enable', enable],
    ['disable', disable],
  ] as const) {
    const unknown = names.find(isUnknown);
    if (unknown !== undefined) return `${flag}-admission-plugins plugin "${unknown}" is unknown`;
  }
  const both = enable.filter((name) => disable.includes(name));
  if (both.length === 0) return undefined;
  return `${both.join(', ')} in enable-admission-plugins and disable-admission-plugins overlapped`;
}

/** What is wrong with the plugins' configurations: for plugins that there are not, or in themselves. */
export function pluginConfigurationError(choice: AdmissionPluginChoice): string | undefined {
  const { admissionConfigurations = {}, enableAdmissionPlugins = [] } = choice;
  const isLacking = ({ name, withoutConfiguration }: PluginEntry) =>
    withoutConfiguration && enableAdmissionPlugins.includes(name) && admissionConfigurations[name] === undefined;
  const lacking = pluginEntries.find(isLacking);
  if (lacking) return `couldn't init admission plugin "${lacking.name}": ${lacking.withoutConfiguration}`;
  for (const [name, text] of Object.entries(admissionConfigurations)) {
    const read = pluginEntries.find((entry) => entry.name === name)?.read;
    if (read === undefined) return `${name}: there is no plugin of that name that has a configuration`;
    try {
      read(text);
    } catch (error) {
      if (error instanceof ConfigFileError) return `${name}: ${error.message}`;
      throw error;
    }
  }
  return undefined;
}

/** The plugins that run, in order. Throws on a choice that makes no sense. */
export function admissionPlugins(source: AdmissionSource, choice: AdmissionPluginChoice = {}): AdmissionPlugin[] {
  const error = pluginChoiceError(choice) ?? pluginConfigurationError(choice);
  if (error !== undefined) throw new Error(error);
  const {
    enableAdmissionPlugins: enable = [],
    disableAdmissionPlugins: disable = [],
    admissionConfigurations,
  } = choice;
  return pluginEntries
    .filter(({ name, byDefault }) => (byDefault ? !disable.includes(name) : enable.includes(name)))
    .map(({ name, create }) => create(source, admissionConfigurations?.[name]));
}
