/** The kinds of the API and what people name of them: each is a schema, a type of the same name, and for kinds a definition. */

export {
  MutatingAdmissionPolicies,
  MutatingAdmissionPolicy,
} from './admissionregistration/v1/mutating-admission-policy.ts';
export {
  MutatingAdmissionPolicyBinding,
  MutatingAdmissionPolicyBindings,
} from './admissionregistration/v1/mutating-admission-policy-binding.ts';
export {
  MutatingWebhookConfiguration,
  MutatingWebhookConfigurations,
} from './admissionregistration/v1/mutating-webhook-configuration.ts';
export {
  ValidatingAdmissionPolicies,
  ValidatingAdmissionPolicy,
} from './admissionregistration/v1/validating-admission-policy.ts';
export {
  ValidatingAdmissionPolicyBinding,
  ValidatingAdmissionPolicyBindings,
} from './admissionregistration/v1/validating-admission-policy-binding.ts';
export {
  ValidatingWebhookConfiguration,
  ValidatingWebhookConfigurations,
} from './admissionregistration/v1/validating-webhook-configuration.ts';
export { CustomResourceDefinition, CustomResourceDefinitions } from './apiextensions/v1/custom-resource-definition.ts';
export { JSONSchemaProps } from './apiextensions/v1/json-schema-props.ts';
export { APIService, APIServices } from './apiregistration/v1/api-service.ts';
export { ControllerRevision, ControllerRevisions } from './apps/v1/controller-revision.ts';
export { DaemonSet, DaemonSets } from './apps/v1/daemon-set.ts';
export { Deployment, Deployments } from './apps/v1/deployment.ts';
export { ReplicaSet, ReplicaSets } from './apps/v1/replica-set.ts';
export { StatefulSet, StatefulSets } from './apps/v1/stateful-set.ts';
export { SelfSubjectReview, SelfSubjectReviews } from './authentication/v1/self-subject-review.ts';
export { TokenRequest } from './authentication/v1/token-request.ts';
export { TokenReview, TokenReviews } from './authentication/v1/token-review.ts';
export { LocalSubjectAccessReview, LocalSubjectAccessReviews } from './authorization/v1/local-subject-access-review.ts';
export { SelfSubjectAccessReview, SelfSubjectAccessReviews } from './authorization/v1/self-subject-access-review.ts';
export { SelfSubjectRulesReview, SelfSubjectRulesReviews } from './authorization/v1/self-subject-rules-review.ts';
export { SubjectAccessReview, SubjectAccessReviews } from './authorization/v1/subject-access-review.ts';
export {
  HorizontalPodAutoscaler as HorizontalPodAutoscalerV1,
  HorizontalPodAutoscalersV1,
} from './autoscaling/v1/horizontal-pod-autoscaler.ts';
export { Scale } from './autoscaling/v1/scale.ts';
export { HorizontalPodAutoscaler, HorizontalPodAutoscalers } from './autoscaling/v2/horizontal-pod-autoscaler.ts';
export { CronJob, CronJobs } from './batch/v1/cron-job.ts';
export { Job, Jobs } from './batch/v1/job.ts';
export {
  CertificateSigningRequest,
  CertificateSigningRequests,
} from './certificates/v1/certificate-signing-request.ts';
export { Lease, Leases } from './coordination/v1/lease.ts';
export { Affinity, Taint, Toleration, TopologySpreadConstraint } from './core/v1/affinity.ts';
export { Binding, Bindings } from './core/v1/binding.ts';
export { ComponentStatus, ComponentStatuses } from './core/v1/component-status.ts';
export { ConfigMap, ConfigMaps } from './core/v1/config-map.ts';
export { Container, ContainerPort, VolumeMount } from './core/v1/container.ts';
export { Endpoints, EndpointsResource } from './core/v1/endpoints.ts';
export { EnvVar } from './core/v1/env.ts';
export { Event, Events } from './core/v1/event.ts';
export { LimitRange, LimitRanges } from './core/v1/limit-range.ts';
export { Namespace, Namespaces } from './core/v1/namespace.ts';
export { Node, Nodes } from './core/v1/node.ts';
export { NodeStatus } from './core/v1/node-status.ts';
export { PersistentVolume, PersistentVolumes } from './core/v1/persistent-volume.ts';
export { PersistentVolumeClaim, PersistentVolumeClaims } from './core/v1/persistent-volume-claim.ts';
export { Pod, Pods } from './core/v1/pod.ts';
export { PodSpec } from './core/v1/pod-spec.ts';
export { ContainerStatus, PodCondition, PodStatus } from './core/v1/pod-status.ts';
export { PodTemplate, PodTemplates } from './core/v1/pod-template.ts';
export { PodTemplateSpec } from './core/v1/pod-template-spec.ts';
export { Probe } from './core/v1/probe.ts';
export { LocalObjectReference, ObjectReference, SecretReference } from './core/v1/references.ts';
export { ReplicationController, ReplicationControllers } from './core/v1/replication-controller.ts';
export { ResourceQuota, ResourceQuotas } from './core/v1/resource-quota.ts';
export { ResourceRequirements } from './core/v1/resources.ts';
export { Secret, Secrets } from './core/v1/secret.ts';
export { PodSecurityContext, SecurityContext } from './core/v1/security-context.ts';
export { Service, Services } from './core/v1/service.ts';
export { ServiceAccount, ServiceAccounts } from './core/v1/service-account.ts';
export { Volume } from './core/v1/volume.ts';
export { EndpointSlice, EndpointSlices } from './discovery/v1/endpoint-slice.ts';
export { Event as EventV1, EventsV1 } from './events/v1/event.ts';
export { FlowSchema, FlowSchemas } from './flowcontrol/v1/flow-schema.ts';
export {
  PriorityLevelConfiguration,
  PriorityLevelConfigurations,
} from './flowcontrol/v1/priority-level-configuration.ts';
export { groupVersions } from './groups.ts';
export { kindSchema, listSchemaOf } from './kinds.ts';
export { Condition } from './meta/v1/condition.ts';
export { LabelSelector } from './meta/v1/label-selector.ts';
export { ListMeta } from './meta/v1/list-meta.ts';
export { ObjectMeta, OwnerReference } from './meta/v1/object-meta.ts';
export { Status } from './meta/v1/status.ts';
export { Ingress, Ingresses } from './networking/v1/ingress.ts';
export { IngressClass, IngressClasses } from './networking/v1/ingress-class.ts';
export { IPAddress, IPAddresses } from './networking/v1/ip-address.ts';
export { NetworkPolicies, NetworkPolicy } from './networking/v1/network-policy.ts';
export { ServiceCIDR, ServiceCIDRs } from './networking/v1/service-cidr.ts';
export { RuntimeClass, RuntimeClasses } from './node/v1/runtime-class.ts';
export { Eviction } from './policy/v1/eviction.ts';
export { PodDisruptionBudget, PodDisruptionBudgets } from './policy/v1/pod-disruption-budget.ts';
export { ClusterRole, ClusterRoles } from './rbac/v1/cluster-role.ts';
export { ClusterRoleBinding, ClusterRoleBindings } from './rbac/v1/cluster-role-binding.ts';
export { PolicyRule } from './rbac/v1/policy-rule.ts';
export { Role, Roles } from './rbac/v1/role.ts';
export { RoleBinding, RoleBindings } from './rbac/v1/role-binding.ts';
export { Subject } from './rbac/v1/subject.ts';
export { DeviceClass, DeviceClasses } from './resource/v1/device-class.ts';
export { ResourceClaim, ResourceClaims } from './resource/v1/resource-claim.ts';
export { ResourceClaimTemplate, ResourceClaimTemplates } from './resource/v1/resource-claim-template.ts';
export { ResourceSlice, ResourceSlices } from './resource/v1/resource-slice.ts';
export {
  type AnyResourceDefinition,
  apiVersionOf,
  type Cell,
  type Column,
  type KubernetesObject,
  type ResourceDefinition,
  type Strategy,
  type SubresourceDefinition,
  type Verb,
} from './resource-definition.ts';
export { resources } from './resources.ts';
export { PriorityClass, PriorityClasses } from './scheduling/v1/priority-class.ts';
export { CSIDriver, CSIDrivers } from './storage/v1/csi-driver.ts';
export { CSINode, CSINodes } from './storage/v1/csi-node.ts';
export { CSIStorageCapacities, CSIStorageCapacity } from './storage/v1/csi-storage-capacity.ts';
export { StorageClass, StorageClasses } from './storage/v1/storage-class.ts';
export { VolumeAttachment, VolumeAttachments } from './storage/v1/volume-attachment.ts';
export { VolumeAttributesClass, VolumeAttributesClasses } from './storage/v1/volume-attributes-class.ts';
