import type { CertificateSigningRequest } from '#api/certificates/v1/certificate-signing-request.ts';
import type { PersistentVolumeClaim } from '#api/core/v1/persistent-volume-claim.ts';
import type { ResourceSlice } from '#api/resource/v1/resource-slice.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { NodeRule } from './node-restriction.ts';

const LEASE_NAMESPACE = 'kube-node-lease';
const NODE_SIGNERS = ['kubernetes.io/kube-apiserver-client-kubelet', 'kubernetes.io/kubelet-serving'];

export const leaseRefusal: NodeRule = (node, { target }) => {
  if (target.namespace !== LEASE_NAMESPACE) {
    return `can only access leases in the "${LEASE_NAMESPACE}" system namespace`;
  }
  return target.name === node ? undefined : 'can only access node lease with the same name as the requesting node';
};

export const csiNodeRefusal: NodeRule = (node, { target }) =>
  target.name === node ? undefined : 'can only access CSINode with the same name as the requesting node';

/** Updates are the node authorizer's matter, which knows whose slice it is. */
export const sliceRefusal: NodeRule = (node, { operation, object, oldObject }) => {
  if (operation !== 'CREATE' && operation !== 'DELETE') return undefined;
  const slice = (operation === 'CREATE' ? object : oldObject) as ResourceSlice;
  if (slice.spec.nodeName === node) return undefined;
  return `can only ${operation.toLowerCase()} ResourceSlice with the same NodeName as the requesting node`;
};

/** Of claims nodes report how large their volumes became. */
export const claimRefusal: NodeRule = (node, { operation, target, object, oldObject }) => {
  if (target.subresource !== 'status') return 'may only update PVC status';
  if (operation !== 'UPDATE') return `unexpected operation "${operation}"`;
  const rest = (claim: PersistentVolumeClaim) => {
    const { resourceVersion: _r, managedFields: _m, ...metadata } = claim.metadata ?? {};
    const {
      capacity: _c,
      conditions: _d,
      allocatedResources: _a,
      allocatedResourceStatuses: _s,
      ...status
    } = {
      ...claim.status,
    };
    return { metadata, spec: claim.spec, status };
  };
  return deepEqual(rest(object as PersistentVolumeClaim), rest(oldObject as PersistentVolumeClaim))
    ? undefined
    : `node "${node}" is not allowed to update fields other than status.capacity and status.conditions`;
};

/** A node asks for certificates in its own name only. */
export const requestRefusal: NodeRule = async (node, { operation, target, object }) => {
  if (operation !== 'CREATE' || target.subresource !== '') return undefined;
  const { spec } = object as CertificateSigningRequest;
  if (!NODE_SIGNERS.includes(spec.signerName)) return undefined;
  const { requestedCommonName } = await import('../../authentication/certificate-request.ts');
  let name: string;
  try {
    name = requestedCommonName(spec.request);
  } catch (error) {
    return `unable to parse csr: ${error instanceof Error ? error.message : String(error)}`;
  }
  const own = `system:node:${node}`;
  return name.startsWith('system:node:') && name !== own ? `can only create a node CSR with CN=${own}` : undefined;
};
