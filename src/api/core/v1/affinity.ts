import { LabelSelector } from '#api/meta/v1/label-selector.ts';
import {
  enumeration,
  type Infer,
  int32,
  int64,
  list,
  message,
  opt,
  ptr,
  req,
  string,
  time,
} from '#machinery/schema/schema.ts';

export const NodeSelectorRequirement = message('io.k8s.api.core.v1.NodeSelectorRequirement', {
  key: req(1, string),
  operator: req(2, enumeration('In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt')),
  values: opt(3, list(string)),
});
export interface NodeSelectorRequirement extends Infer<typeof NodeSelectorRequirement> {}

export const NodeSelectorTerm = message(
  'io.k8s.api.core.v1.NodeSelectorTerm',
  {
    matchExpressions: opt(1, list(NodeSelectorRequirement)),
    matchFields: opt(2, list(NodeSelectorRequirement)),
  },
  { atomic: true },
);
export interface NodeSelectorTerm extends Infer<typeof NodeSelectorTerm> {}

export const NodeSelector = message(
  'io.k8s.api.core.v1.NodeSelector',
  {
    nodeSelectorTerms: req(1, list(NodeSelectorTerm)),
  },
  { atomic: true },
);
export interface NodeSelector extends Infer<typeof NodeSelector> {}

export const PreferredSchedulingTerm = message('io.k8s.api.core.v1.PreferredSchedulingTerm', {
  weight: req(1, int32),
  preference: req(2, NodeSelectorTerm),
});
export interface PreferredSchedulingTerm extends Infer<typeof PreferredSchedulingTerm> {}

export const NodeAffinity = message('io.k8s.api.core.v1.NodeAffinity', {
  requiredDuringSchedulingIgnoredDuringExecution: ptr(1, NodeSelector),
  preferredDuringSchedulingIgnoredDuringExecution: opt(2, list(PreferredSchedulingTerm)),
});
export interface NodeAffinity extends Infer<typeof NodeAffinity> {}

export const PodAffinityTerm = message('io.k8s.api.core.v1.PodAffinityTerm', {
  labelSelector: ptr(1, LabelSelector),
  namespaces: opt(2, list(string)),
  topologyKey: req(3, string),
  namespaceSelector: ptr(4, LabelSelector),
  matchLabelKeys: opt(5, list(string)),
  mismatchLabelKeys: opt(6, list(string)),
});
export interface PodAffinityTerm extends Infer<typeof PodAffinityTerm> {}

export const WeightedPodAffinityTerm = message('io.k8s.api.core.v1.WeightedPodAffinityTerm', {
  weight: req(1, int32),
  podAffinityTerm: req(2, PodAffinityTerm),
});
export interface WeightedPodAffinityTerm extends Infer<typeof WeightedPodAffinityTerm> {}

export const PodAffinity = message('io.k8s.api.core.v1.PodAffinity', {
  requiredDuringSchedulingIgnoredDuringExecution: opt(1, list(PodAffinityTerm)),
  preferredDuringSchedulingIgnoredDuringExecution: opt(2, list(WeightedPodAffinityTerm)),
});
export interface PodAffinity extends Infer<typeof PodAffinity> {}

export const PodAntiAffinity = message('io.k8s.api.core.v1.PodAntiAffinity', {
  requiredDuringSchedulingIgnoredDuringExecution: opt(1, list(PodAffinityTerm)),
  preferredDuringSchedulingIgnoredDuringExecution: opt(2, list(WeightedPodAffinityTerm)),
});
export interface PodAntiAffinity extends Infer<typeof PodAntiAffinity> {}

export const Affinity = message('io.k8s.api.core.v1.Affinity', {
  nodeAffinity: ptr(1, NodeAffinity),
  podAffinity: ptr(2, PodAffinity),
  podAntiAffinity: ptr(3, PodAntiAffinity),
});
export interface Affinity extends Infer<typeof Affinity> {}

export const Taint = message('io.k8s.api.core.v1.Taint', {
  key: req(1, string),
  value: opt(2, string),
  effect: req(3, enumeration('NoSchedule', 'PreferNoSchedule', 'NoExecute')),
  timeAdded: ptr(4, time),
});
export interface Taint extends Infer<typeof Taint> {}

export const Toleration = message('io.k8s.api.core.v1.Toleration', {
  key: opt(1, string),
  operator: opt(2, enumeration('Exists', 'Equal', 'Lt', 'Gt')),
  value: opt(3, string),
  effect: opt(4, enumeration('NoSchedule', 'PreferNoSchedule', 'NoExecute')),
  tolerationSeconds: ptr(5, int64),
});
export interface Toleration extends Infer<typeof Toleration> {}

export const TopologySpreadConstraint = message('io.k8s.api.core.v1.TopologySpreadConstraint', {
  maxSkew: req(1, int32),
  topologyKey: req(2, string),
  whenUnsatisfiable: req(3, enumeration('DoNotSchedule', 'ScheduleAnyway')),
  labelSelector: ptr(4, LabelSelector),
  minDomains: ptr(5, int32),
  nodeAffinityPolicy: ptr(6, enumeration('Ignore', 'Honor')),
  nodeTaintsPolicy: ptr(7, enumeration('Ignore', 'Honor')),
  matchLabelKeys: opt(8, list(string)),
});
export interface TopologySpreadConstraint extends Infer<typeof TopologySpreadConstraint> {}
