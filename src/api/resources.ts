import { MutatingAdmissionPolicies } from './admissionregistration/v1/mutating-admission-policy.ts';
import { MutatingAdmissionPolicyBindings } from './admissionregistration/v1/mutating-admission-policy-binding.ts';
import { MutatingWebhookConfigurations } from './admissionregistration/v1/mutating-webhook-configuration.ts';
import { ValidatingAdmissionPolicies } from './admissionregistration/v1/validating-admission-policy.ts';
import { ValidatingAdmissionPolicyBindings } from './admissionregistration/v1/validating-admission-policy-binding.ts';
import { ValidatingWebhookConfigurations } from './admissionregistration/v1/validating-webhook-configuration.ts';
import { CustomResourceDefinitions } from './apiextensions/v1/custom-resource-definition.ts';
import { APIServices } from './apiregistration/v1/api-service.ts';
import { ControllerRevisions } from './apps/v1/controller-revision.ts';
import { DaemonSets } from './apps/v1/daemon-set.ts';
import { Deployments } from './apps/v1/deployment.ts';
import { ReplicaSets } from './apps/v1/replica-set.ts';
import { StatefulSets } from './apps/v1/stateful-set.ts';
import { SelfSubjectReviews } from './authentication/v1/self-subject-review.ts';
import { TokenReviews } from './authentication/v1/token-review.ts';
import { LocalSubjectAccessReviews } from './authorization/v1/local-subject-access-review.ts';
import { SelfSubjectAccessReviews } from './authorization/v1/self-subject-access-review.ts';
import { SelfSubjectRulesReviews } from './authorization/v1/self-subject-rules-review.ts';
import { SubjectAccessReviews } from './authorization/v1/subject-access-review.ts';
import { HorizontalPodAutoscalersV1 } from './autoscaling/v1/horizontal-pod-autoscaler.ts';
import { HorizontalPodAutoscalers } from './autoscaling/v2/horizontal-pod-autoscaler.ts';
import { CronJobs } from './batch/v1/cron-job.ts';
import { Jobs } from './batch/v1/job.ts';
import { CertificateSigningRequests } from './certificates/v1/certificate-signing-request.ts';
import { Leases } from './coordination/v1/lease.ts';
import { Bindings } from './core/v1/binding.ts';
import { ComponentStatuses } from './core/v1/component-status.ts';
import { ConfigMaps } from './core/v1/config-map.ts';
import { EndpointsResource } from './core/v1/endpoints.ts';
import { Events } from './core/v1/event.ts';
import { LimitRanges } from './core/v1/limit-range.ts';
import { Namespaces } from './core/v1/namespace.ts';
import { Nodes } from './core/v1/node.ts';
import { PersistentVolumes } from './core/v1/persistent-volume.ts';
import { PersistentVolumeClaims } from './core/v1/persistent-volume-claim.ts';
import { Pods } from './core/v1/pod.ts';
import { PodTemplates } from './core/v1/pod-template.ts';
import { ReplicationControllers } from './core/v1/replication-controller.ts';
import { ResourceQuotas } from './core/v1/resource-quota.ts';
import { Secrets } from './core/v1/secret.ts';
import { Services } from './core/v1/service.ts';
import { ServiceAccounts } from './core/v1/service-account.ts';
import { EndpointSlices } from './discovery/v1/endpoint-slice.ts';
import { EventsV1 } from './events/v1/event.ts';
import { FlowSchemas } from './flowcontrol/v1/flow-schema.ts';
import { PriorityLevelConfigurations } from './flowcontrol/v1/priority-level-configuration.ts';
import { Ingresses } from './networking/v1/ingress.ts';
import { IngressClasses } from './networking/v1/ingress-class.ts';
import { IPAddresses } from './networking/v1/ip-address.ts';
import { NetworkPolicies } from './networking/v1/network-policy.ts';
import { ServiceCIDRs } from './networking/v1/service-cidr.ts';
import { RuntimeClasses } from './node/v1/runtime-class.ts';
import { PodDisruptionBudgets } from './policy/v1/pod-disruption-budget.ts';
import { ClusterRoles } from './rbac/v1/cluster-role.ts';
import { ClusterRoleBindings } from './rbac/v1/cluster-role-binding.ts';
import { Roles } from './rbac/v1/role.ts';
import { RoleBindings } from './rbac/v1/role-binding.ts';
import { DeviceClasses } from './resource/v1/device-class.ts';
import { ResourceClaims } from './resource/v1/resource-claim.ts';
import { ResourceClaimTemplates } from './resource/v1/resource-claim-template.ts';
import { ResourceSlices } from './resource/v1/resource-slice.ts';
import type { AnyResourceDefinition } from './resource-definition.ts';
import { PriorityClasses } from './scheduling/v1/priority-class.ts';
import { CSIDrivers } from './storage/v1/csi-driver.ts';
import { CSINodes } from './storage/v1/csi-node.ts';
import { CSIStorageCapacities } from './storage/v1/csi-storage-capacity.ts';
import { StorageClasses } from './storage/v1/storage-class.ts';
import { VolumeAttachments } from './storage/v1/volume-attachment.ts';
import { VolumeAttributesClasses } from './storage/v1/volume-attributes-class.ts';

/** Every built-in resource: groups and versions in the order in which discovery shows them, then by name. */
export const resources: readonly AnyResourceDefinition[] = [
  Bindings,
  ComponentStatuses,
  ConfigMaps,
  EndpointsResource,
  Events,
  LimitRanges,
  Namespaces,
  Nodes,
  PersistentVolumeClaims,
  PersistentVolumes,
  Pods,
  PodTemplates,
  ReplicationControllers,
  ResourceQuotas,
  Secrets,
  ServiceAccounts,
  Services,
  APIServices,
  ControllerRevisions,
  DaemonSets,
  Deployments,
  ReplicaSets,
  StatefulSets,
  EventsV1,
  SelfSubjectReviews,
  TokenReviews,
  LocalSubjectAccessReviews,
  SelfSubjectAccessReviews,
  SelfSubjectRulesReviews,
  SubjectAccessReviews,
  HorizontalPodAutoscalers,
  HorizontalPodAutoscalersV1,
  CronJobs,
  Jobs,
  CertificateSigningRequests,
  IngressClasses,
  Ingresses,
  IPAddresses,
  NetworkPolicies,
  ServiceCIDRs,
  PodDisruptionBudgets,
  ClusterRoleBindings,
  ClusterRoles,
  RoleBindings,
  Roles,
  CSIDrivers,
  CSINodes,
  CSIStorageCapacities,
  StorageClasses,
  VolumeAttachments,
  VolumeAttributesClasses,
  MutatingAdmissionPolicies,
  MutatingAdmissionPolicyBindings,
  MutatingWebhookConfigurations,
  ValidatingAdmissionPolicies,
  ValidatingAdmissionPolicyBindings,
  ValidatingWebhookConfigurations,
  CustomResourceDefinitions,
  PriorityClasses,
  Leases,
  RuntimeClasses,
  EndpointSlices,
  DeviceClasses,
  ResourceClaims,
  ResourceClaimTemplates,
  ResourceSlices,
  FlowSchemas,
  PriorityLevelConfigurations,
];
