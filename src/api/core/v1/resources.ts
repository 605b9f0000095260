import { type Infer, list, map, message, opt, quantity, req, string } from '#machinery/schema/schema.ts';

export const ResourceClaim = message('io.k8s.api.core.v1.ResourceClaim', {
  name: req(1, string),
  request: opt(2, string),
});
export interface ResourceClaim extends Infer<typeof ResourceClaim> {}

export const ResourceRequirements = message(
  'io.k8s.api.core.v1.ResourceRequirements',
  {
    limits: opt(1, map(quantity), { description: 'The most that it may use' }),
    requests: opt(2, map(quantity), { description: 'What is set aside for it' }),
    claims: opt(3, list(ResourceClaim), {
      description: 'Resource claims of the pod that it uses',
      listType: 'map',
      mapKeys: ['name'],
    }),
  },
  { description: 'What a container asks for, and is limited to' },
);
export interface ResourceRequirements extends Infer<typeof ResourceRequirements> {}

export const VolumeResourceRequirements = message('io.k8s.api.core.v1.VolumeResourceRequirements', {
  limits: opt(1, map(quantity)),
  requests: opt(2, map(quantity)),
});
export interface VolumeResourceRequirements extends Infer<typeof VolumeResourceRequirements> {}
