import type { Ingress } from '#api/networking/v1/ingress.ts';
import { IngressClasses } from '#api/networking/v1/ingress-class.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { AdmissionPlugin } from '../admission.ts';
import type { AdmissionReader } from '../admission-source.ts';
import { newestMarked } from '../newest-marked.ts';
import { isAbout } from '../requests.ts';

const MARK = 'ingressclass.kubernetes.io/is-default-class';
/** How ingresses named their class before there was a field. */
const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';

/** Ingresses that name no class get the default one. */
export const createDefaultIngressClass = (source: AdmissionReader): AdmissionPlugin => ({
  name: 'DefaultIngressClass',
  resources: ['ingresses.networking.k8s.io'],
  mutate(attributes) {
    if (!isAbout(attributes, 'ingresses.networking.k8s.io') || attributes.operation !== 'CREATE') return;
    const ingress = attributes.object as Mutable<Ingress>;
    if (ingress.metadata?.annotations?.[CLASS_ANNOTATION] !== undefined) return;
    if (ingress.spec?.ingressClassName !== undefined) return;
    const found = newestMarked(source.list(IngressClasses, ''), [MARK]);
    if (found?.metadata?.name) ingress.spec = { ...ingress.spec, ingressClassName: found.metadata.name };
  },
});
