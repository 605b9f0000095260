import { table } from '#base/table.ts';
import { splitNodeUser } from '../../user.ts';
import {
  ALLOW,
  type Attributes,
  type Authorizer,
  isPathAttributes,
  NO_OPINION,
  noOpinion,
  type Opinion,
  type ResourceAttributes,
} from '../authorizer.ts';
import { featureRules, nodeRules } from '../bootstrap-roles.ts';
import { ruleAllows } from '../rule.ts';
import type { NodeRelations, RelatedKind } from './node-relations.ts';

const NODE_ROLE = 'system:node';
const CERTIFICATES = 'podcertificaterequests.certificates.k8s.io';
const CERTIFICATES_GATE = 'PodCertificateRequest';

/** Lets node agents do what node agents do, to the objects that have to do with their node. */
export function createNodeAuthorizer(relations: NodeRelations, featureGates: ReadonlySet<string>): Authorizer {
  const added = featureRules.filter(({ gate, role }) => role === NODE_ROLE && featureGates.has(gate));
  const rules = [...nodeRules, ...added.flatMap((each) => each.rules)];
  const byRules = (attributes: Attributes): Opinion =>
    rules.some((rule) => ruleAllows(rule, attributes)) ? ALLOW : NO_OPINION;
  return {
    authorize(attributes) {
      const node = splitNodeUser(attributes.user);
      if (node === undefined) return NO_OPINION;
      if (node === '') return noOpinion(`unknown node for user ${JSON.stringify(attributes.user.name)}`);
      const resource = isPathAttributes(attributes) ? '' : resourceOf(attributes);
      const narrow = resource === CERTIFICATES && !featureGates.has(CERTIFICATES_GATE) ? undefined : NARROWED[resource];
      return narrow ? narrow({ node, attributes: attributes as ResourceAttributes, relations }) : byRules(attributes);
    },
  };
}

interface Case {
  readonly node: string;
  readonly attributes: ResourceAttributes;
  readonly relations: NodeRelations;
}

const resourceOf = ({ group, resource }: ResourceAttributes) => (group === '' ? resource : `${resource}.${group}`);

/** The resources of which a node may not touch every object. */
const NARROWED = table<(each: Case) => Opinion>({
  secrets: (each) => read(each, 'secrets'),
  configmaps: (each) => read(each, 'configmaps'),
  persistentvolumeclaims: (each) =>
    each.attributes.subresource === 'status'
      ? updateStatus(each, 'persistentvolumeclaims')
      : get(each, 'persistentvolumeclaims'),
  persistentvolumes: (each) => get(each, 'persistentvolumes'),
  'resourceclaims.resource.k8s.io': (each) => get(each, 'resourceclaims'),
  'volumeattachments.storage.k8s.io': (each) => get(each, 'volumeattachments'),
  serviceaccounts: serviceAccount,
  'leases.coordination.k8s.io': lease,
  'csinodes.storage.k8s.io': csiNode,
  'resourceslices.resource.k8s.io': resourceSlice,
  [CERTIFICATES]: podCertificateRequest,
  nodes: ownNode,
  pods,
});

function related({ node, attributes, relations }: Case, kind: RelatedKind): Opinion {
  const { namespace, name } = attributes;
  if (name === '') return noOpinion('No Object name found');
  if (relations.isRelated(node, kind, { namespace, name })) return ALLOW;
  return noOpinion(`no relationship found between node '${node}' and this object`);
}

function read(each: Case, kind: RelatedKind): Opinion {
  const { verb, subresource, namespace } = each.attributes;
  if (!['get', 'list', 'watch'].includes(verb)) return noOpinion('can only read resources of this type');
  if (subresource !== '') return noOpinion('cannot read subresource');
  if (namespace === '') return noOpinion('can only read namespaced object of this type');
  return related(each, kind);
}

function get(each: Case, kind: RelatedKind): Opinion {
  const { verb, subresource } = each.attributes;
  if (verb !== 'get') return noOpinion('can only get individual resources of this type');
  if (subresource !== '') return noOpinion('cannot get subresource');
  return related(each, kind);
}

function updateStatus(each: Case, kind: RelatedKind): Opinion {
  const isUpdate = ['update', 'patch'].includes(each.attributes.verb);
  return isUpdate ? related(each, kind) : noOpinion('can only get/update/patch this type');
}

/** For its pods a node gets tokens, and knows what their images are pulled with. */
function serviceAccount(each: Case): Opinion {
  const { verb, name, subresource } = each.attributes;
  if (verb === 'get' && subresource === '') return related(each, 'serviceaccounts');
  if (verb !== 'create' || name === '') return noOpinion('can only create tokens for individual service accounts');
  if (subresource !== 'token') return noOpinion('can only create token subresource of serviceaccount');
  return related(each, 'serviceaccounts');
}

const WRITE_ONE = ['get', 'create', 'update', 'patch', 'delete'];

function lease({ node, attributes: { verb, namespace, name } }: Case): Opinion {
  if (!WRITE_ONE.includes(verb)) return noOpinion('can only get, create, update, patch, or delete a node lease');
  if (namespace !== 'kube-node-lease') {
    return noOpinion('can only access leases in the "kube-node-lease" system namespace');
  }
  // The name of an object that is created is not known here; admission compares it.
  if (verb === 'create' || name === node) return ALLOW;
  return noOpinion('can only access node lease with the same name as the requesting node');
}

function csiNode({ node, attributes: { verb, subresource, name } }: Case): Opinion {
  if (!WRITE_ONE.includes(verb)) return noOpinion('can only get, create, update, patch, or delete a CSINode');
  if (subresource !== '') return noOpinion('cannot authorize CSINode subresources');
  if (verb === 'create' || name === node) return ALLOW;
  return noOpinion('can only access CSINode with the same name as the requesting node');
}

function resourceSlice(each: Case): Opinion {
  const { verb, subresource } = each.attributes;
  if (subresource !== '') return noOpinion('cannot authorize ResourceSlice subresources');
  switch (verb) {
    case 'create':
      return ALLOW;
    case 'get':
    case 'update':
    case 'patch':
    case 'delete':
      return related(each, 'resourceslices');
    case 'watch':
    case 'list':
    case 'deletecollection':
      return selects(each, 'nodeName')
        ? ALLOW
        : noOpinion('can only list/watch/deletecollection resourceslices with nodeName field selector');
    default:
      return noOpinion(
        'only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, delete, deletecollection',
      );
  }
}

/** Admission looks at what a node asks for, and for whom. */
function podCertificateRequest(each: Case): Opinion {
  const { verb, subresource } = each.attributes;
  if (subresource !== '') return noOpinion('nodes may not access the status subresource of PodCertificateRequests');
  switch (verb) {
    case 'create':
      return ALLOW;
    case 'get':
      return related(each, 'podcertificaterequests');
    case 'list':
    case 'watch':
      return selects(each, 'spec.nodeName')
        ? ALLOW
        : noOpinion('can only list/watch podcertificaterequests with nodeName field selector');
    default:
      return noOpinion(`nodes may not ${verb} podcertificaterequests`);
  }
}

function ownNode({ node, attributes: { verb, subresource, name } }: Case): Opinion {
  if (subresource === 'status') return ['update', 'patch'].includes(verb) ? ALLOW : NO_OPINION;
  if (subresource !== '') return NO_OPINION;
  switch (verb) {
    case 'create':
    case 'update':
    case 'patch':
      return ALLOW;
    case 'get':
    case 'list':
    case 'watch':
      if (name === node) return ALLOW;
      return noOpinion(
        name === ''
          ? `node '${node}' cannot read all nodes, only its own Node object`
          : `node '${node}' cannot read '${name}', only its own Node object`,
      );
    default:
      return NO_OPINION;
  }
}

function pods(each: Case): Opinion {
  const { verb, subresource, name } = each.attributes;
  switch (`${verb} ${subresource}`) {
    case 'get ':
      return related(each, 'pods');
    case 'list ':
    case 'watch ':
      if (selects(each, 'spec.nodeName')) return ALLOW;
      return name === ''
        ? noOpinion('can only list/watch pods with spec.nodeName field selector')
        : related(each, 'pods');
    case 'create ':
    case 'delete ':
    case 'update status':
    case 'patch status':
    case 'create eviction':
      return ALLOW;
    default:
      return NO_OPINION;
  }
}

/** Whether only objects are meant whose field names this node. */
const selects = ({ node, attributes }: Case, field: string): boolean =>
  (attributes.fieldSelector ?? []).some(
    ({ key, operator, values }) => key === field && operator === 'In' && values?.length === 1 && values[0] === node,
  );
