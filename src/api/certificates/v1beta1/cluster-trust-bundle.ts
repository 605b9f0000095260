import { immutable } from '#api/checks.ts';
import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition, Strategy } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { type FieldError, FieldPath, invalid } from '#machinery/errors/field-error.ts';
import { isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { isPathSegmentName } from '#machinery/names/path-segment.ts';
import { type Infer, message, opt, req, string } from '#machinery/schema/schema.ts';
import { validateSignerName } from '../v1/certificate-signing-request-validation.ts';
import { validateTrustBundle } from './trust-bundle-validation.ts';

const PREFIX = 'io.k8s.api.certificates.v1beta1';

export const ClusterTrustBundleSpec = message(`${PREFIX}.ClusterTrustBundleSpec`, {
  signerName: opt(1, string, { description: 'Whose authorities these are; the name begins with it then' }),
  trustBundle: req(2, string, { description: 'Certificates of the authorities, in PEM' }),
});

export const ClusterTrustBundle = message(
  `${PREFIX}.ClusterTrustBundle`,
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: req(2, ClusterTrustBundleSpec, { description: 'Whom to trust' }),
  },
  { description: 'Authorities that anybody in the cluster may want to trust' },
);
export interface ClusterTrustBundle extends Infer<typeof ClusterTrustBundle> {}

const NAME = new FieldPath('metadata').child('name');
const SPEC = new FieldPath('spec');
const SIGNER = SPEC.child('signerName');

function validateName({ metadata, spec }: ClusterTrustBundle): FieldError[] {
  const name = metadata?.name ?? '';
  const wrong = (detail: string) => invalid(NAME, name, detail);
  if (!spec.signerName) {
    if (name.includes(':')) return [wrong('ClusterTrustBundle without signer name must not have ":" in its name')];
    return isDNS1123Subdomain(name).map(wrong);
  }
  const prefix = `${spec.signerName.replaceAll('/', ':')}:`;
  if (!name.startsWith(prefix)) {
    return [wrong(`ClusterTrustBundle for signerName ${spec.signerName} must be named with prefix ${prefix}`)];
  }
  return isDNS1123Subdomain(name.slice(prefix.length)).map(wrong);
}

const validateSigner = (bundle: ClusterTrustBundle): FieldError[] => [
  ...validateName(bundle),
  ...(bundle.spec.signerName ? validateSignerName(bundle.spec.signerName, SIGNER) : []),
];

const validateBundle = ({ spec }: ClusterTrustBundle): FieldError[] =>
  validateTrustBundle(spec.trustBundle, SPEC.child('trustBundle'));

const clusterTrustBundleStrategy: Strategy<ClusterTrustBundle> = {
  validateName: isPathSegmentName,
  validate: (bundle) => [...validateSigner(bundle), ...validateBundle(bundle)],
  validateUpdate: (bundle, old) => [
    ...validateSigner(bundle),
    ...(bundle.spec.trustBundle === old.spec.trustBundle ? [] : validateBundle(bundle)),
    ...immutable(SIGNER, bundle.spec.signerName, old.spec.signerName),
  ],
};

export const ClusterTrustBundles: ResourceDefinition<ClusterTrustBundle> = {
  group: 'certificates.k8s.io',
  version: 'v1beta1',
  kind: 'ClusterTrustBundle',
  plural: 'clustertrustbundles',
  singular: 'clustertrustbundle',
  namespaced: false,
  verbs: STANDARD_VERBS,
  schema: ClusterTrustBundle,
  selectableFields: { 'spec.signerName': ({ spec }) => spec.signerName ?? '' },
  strategy: clusterTrustBundleStrategy,
};
