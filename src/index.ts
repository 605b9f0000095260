/** `knarr`: every kind of Kubernetes v1.36, as a type and as the definition that clients are asked with. */

export {
  MutatingAdmissionPolicies,
  type MutatingAdmissionPolicy,
} from '#api/admissionregistration/v1/mutating-admission-policy.ts';
export {
  type MutatingAdmissionPolicyBinding,
  MutatingAdmissionPolicyBindings,
} from '#api/admissionregistration/v1/mutating-admission-policy-binding.ts';
export {
  type MutatingWebhookConfiguration,
  MutatingWebhookConfigurations,
} from '#api/admissionregistration/v1/mutating-webhook-configuration.ts';
export {
  ValidatingAdmissionPolicies,
  type ValidatingAdmissionPolicy,
} from '#api/admissionregistration/v1/validating-admission-policy.ts';
export {
  type ValidatingAdmissionPolicyBinding,
  ValidatingAdmissionPolicyBindings,
} from '#api/admissionregistration/v1/validating-admission-policy-binding.ts';
export {
  type ValidatingWebhookConfiguration,
  ValidatingWebhookConfigurations,
} from '#api/admissionregistration/v1/validating-webhook-configuration.ts';
export {
  type CustomResourceDefinition,
  CustomResourceDefinitions,
} from '#api/apiextensions/v1/custom-resource-definition.ts';
export { type APIService, APIServices } from '#api/apiregistration/v1/api-service.ts';
export { type ControllerRevision, ControllerRevisions } from '#api/apps/v1/controller-revision.ts';
export { type DaemonSet, DaemonSets } from '#api/apps/v1/daemon-set.ts';
export { type Deployment, Deployments } from '#api/apps/v1/deployment.ts';
export { type ReplicaSet, ReplicaSets } from '#api/apps/v1/replica-set.ts';
export { type StatefulSet, StatefulSets } from '#api/apps/v1/stateful-set.ts';
export { type SelfSubjectReview, SelfSubjectReviews } from '#api/authentication/v1/self-subject-review.ts';
export { type TokenReview, TokenReviews } from '#api/authentication/v1/token-review.ts';
export {
  type LocalSubjectAccessReview,
  LocalSubjectAccessReviews,
} from '#api/authorization/v1/local-subject-access-review.ts';
export {
  type SelfSubjectAccessReview,
  SelfSubjectAccessReviews,
} from '#api/authorization/v1/self-subject-access-review.ts';
export {
  type SelfSubjectRulesReview,
  SelfSubjectRulesReviews,
} from '#api/authorization/v1/self-subject-rules-review.ts';
export { type SubjectAccessReview, SubjectAccessReviews } from '#api/authorization/v1/subject-access-review.ts';
export {
  type HorizontalPodAutoscaler as HorizontalPodAutoscalerV1,
  HorizontalPodAutoscalersV1,
} from '#api/autoscaling/v1/horizontal-pod-autoscaler.ts';
export {
  type HorizontalPodAutoscaler,
  HorizontalPodAutoscalers,
} from '#api/autoscaling/v2/horizontal-pod-autoscaler.ts';
export { type CronJob, CronJobs } from '#api/batch/v1/cron-job.ts';
export { type Job, Jobs } from '#api/batch/v1/job.ts';
export {
  type CertificateSigningRequest,
  CertificateSigningRequests,
} from '#api/certificates/v1/certificate-signing-request.ts';
export { type Lease, Leases } from '#api/coordination/v1/lease.ts';
export { type Binding, Bindings } from '#api/core/v1/binding.ts';
export { type ComponentStatus, ComponentStatuses } from '#api/core/v1/component-status.ts';
export { type ConfigMap, ConfigMaps } from '#api/core/v1/config-map.ts';
export { type Endpoints, EndpointsResource } from '#api/core/v1/endpoints.ts';
export { type Event, Events } from '#api/core/v1/event.ts';
export { type LimitRange, LimitRanges } from '#api/core/v1/limit-range.ts';
export { type Namespace, Namespaces } from '#api/core/v1/namespace.ts';
export { type Node, Nodes } from '#api/core/v1/node.ts';
export { type PersistentVolume, PersistentVolumes } from '#api/core/v1/persistent-volume.ts';
export { type PersistentVolumeClaim, PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
export { type Pod, Pods } from '#api/core/v1/pod.ts';
export { type PodTemplate, PodTemplates } from '#api/core/v1/pod-template.ts';
export { type ReplicationController, ReplicationControllers } from '#api/core/v1/replication-controller.ts';
export { type ResourceQuota, ResourceQuotas } from '#api/core/v1/resource-quota.ts';
export { type Secret, Secrets } from '#api/core/v1/secret.ts';
export { type Service, Services } from '#api/core/v1/service.ts';
export { type ServiceAccount, ServiceAccounts } from '#api/core/v1/service-account.ts';
export { type EndpointSlice, EndpointSlices } from '#api/discovery/v1/endpoint-slice.ts';
export { type Event as EventV1, EventsV1 } from '#api/events/v1/event.ts';
export { type FlowSchema, FlowSchemas } from '#api/flowcontrol/v1/flow-schema.ts';
export {
  type PriorityLevelConfiguration,
  PriorityLevelConfigurations,
} from '#api/flowcontrol/v1/priority-level-configuration.ts';
export { type Ingress, Ingresses } from '#api/networking/v1/ingress.ts';
export { type IngressClass, IngressClasses } from '#api/networking/v1/ingress-class.ts';
export { type IPAddress, IPAddresses } from '#api/networking/v1/ip-address.ts';
export { NetworkPolicies, type NetworkPolicy } from '#api/networking/v1/network-policy.ts';
export { type ServiceCIDR, ServiceCIDRs } from '#api/networking/v1/service-cidr.ts';
export { type RuntimeClass, RuntimeClasses } from '#api/node/v1/runtime-class.ts';
export { type PodDisruptionBudget, PodDisruptionBudgets } from '#api/policy/v1/pod-disruption-budget.ts';
export { type ClusterRole, ClusterRoles } from '#api/rbac/v1/cluster-role.ts';
export { type ClusterRoleBinding, ClusterRoleBindings } from '#api/rbac/v1/cluster-role-binding.ts';
export { type Role, Roles } from '#api/rbac/v1/role.ts';
export { type RoleBinding, RoleBindings } from '#api/rbac/v1/role-binding.ts';
export { type DeviceClass, DeviceClasses } from '#api/resource/v1/device-class.ts';
export { type ResourceClaim, ResourceClaims } from '#api/resource/v1/resource-claim.ts';
export { type ResourceClaimTemplate, ResourceClaimTemplates } from '#api/resource/v1/resource-claim-template.ts';
export { type ResourceSlice, ResourceSlices } from '#api/resource/v1/resource-slice.ts';
export {
  type AnyResourceDefinition,
  apiVersionOf,
  type KubernetesObject,
  type ResourceDefinition,
} from '#api/resource-definition.ts';
export { resources } from '#api/resources.ts';
export { type PriorityClass, PriorityClasses } from '#api/scheduling/v1/priority-class.ts';
export { type CSIDriver, CSIDrivers } from '#api/storage/v1/csi-driver.ts';
export { type CSINode, CSINodes } from '#api/storage/v1/csi-node.ts';
export { CSIStorageCapacities, type CSIStorageCapacity } from '#api/storage/v1/csi-storage-capacity.ts';
export { type StorageClass, StorageClasses } from '#api/storage/v1/storage-class.ts';
export { type VolumeAttachment, VolumeAttachments } from '#api/storage/v1/volume-attachment.ts';
export { type VolumeAttributesClass, VolumeAttributesClasses } from '#api/storage/v1/volume-attributes-class.ts';
