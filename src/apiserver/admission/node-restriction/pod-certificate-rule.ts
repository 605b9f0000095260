import type { PodCertificateRequest } from '#api/certificates/v1beta1/pod-certificate-request.ts';
import { Nodes } from '#api/core/v1/node.ts';
import { Pods } from '#api/core/v1/pod.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import type { KubernetesObject, ResourceDefinition } from '#api/resource-definition.ts';
import { StatusError } from '#machinery/errors/status-error.ts';
import type { AdmissionReader } from '../admission-source.ts';
import type { NodeRule } from './node-restriction.ts';

/** A node asks for the certificates of pods that it runs, as who they are. */
export const podCertificateRefusal: NodeRule = (node, { operation, target, object }, source) => {
  if (operation !== 'CREATE') return `unexpected operation ${operation}`;
  if (target.subresource !== '') return `unexpected subresource ${target.subresource}`;
  const { namespace } = target;
  const { nodeName, nodeUID, podName, podUID, serviceAccountName, serviceAccountUID } = (
    object as PodCertificateRequest
  ).spec;
  const podKey = `${namespace}/${podName}`;
  const accountKey = `${namespace}/${serviceAccountName}`;
  if (nodeName !== node) {
    return `PodCertificateRequest.Spec.NodeName="${nodeName}", which is not the requesting node "${node}"`;
  }
  const nodeThere = find(source, Nodes, { shown: nodeName, name: nodeName });
  if (nodeThere.metadata?.uid !== nodeUID) {
    throw inconsistent(
      `PodCertificateRequest for pod "${podKey}" names node UID "${nodeUID}", inconsistent with the running node ("${nodeThere.metadata?.uid}")`,
    );
  }
  const pod = find(source, Pods, { shown: podKey, namespace, name: podName });
  if (pod.metadata?.uid !== podUID) {
    throw inconsistent(
      `PodCertificateRequest for pod "${podKey}" contains pod UID ("${podUID}") which differs from running pod "${pod.metadata?.uid}"`,
    );
  }
  if (pod.spec?.nodeName !== nodeName) {
    return `pod "${podKey}" is not running on node "${nodeName}" named in the PodCertificateRequest`;
  }
  if (pod.metadata?.annotations?.['kubernetes.io/config.mirror'] !== undefined) {
    return `pod "${podKey}" is a mirror pod`;
  }
  if (pod.spec.serviceAccountName !== serviceAccountName) {
    return `PodCertificateRequest for pod "${podKey}" contains serviceAccountName ("${serviceAccountName}") that differs from running pod ("${pod.spec.serviceAccountName ?? ''}")`;
  }
  const account = find(source, ServiceAccounts, { shown: accountKey, namespace, name: serviceAccountName });
  if (account.metadata?.uid !== serviceAccountUID) {
    throw inconsistent(
      `PodCertificateRequest for pod "${podKey}" names service account UID "${serviceAccountUID}", which differs from the running service account ("${account.metadata?.uid}")`,
    );
  }
  return undefined;
};

/** The server may not have seen yet what the node speaks of: nothing is forbidden, it may ask again. */
const inconsistent = (message: string) => new StatusError({ code: 500, message });

function find<T extends KubernetesObject>(
  source: AdmissionReader,
  definition: ResourceDefinition<T>,
  { shown, namespace = '', name }: { readonly shown: string; readonly namespace?: string; readonly name: string },
): T {
  const found = source.get(definition, namespace, name);
  if (found !== undefined) return found;
  const { singular } = definition;
  const what = singular === 'serviceaccount' ? 'service account' : singular;
  throw inconsistent(
    `while retrieving ${what} "${shown}" named in the PodCertificateRequest: ${singular} "${name}" not found`,
  );
}
