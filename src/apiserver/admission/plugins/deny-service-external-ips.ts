import type { Service } from '#api/core/v1/service.ts';
import type { AdmissionPlugin } from '../admission.ts';
import { forbidden, isAbout } from '../requests.ts';

/** Services take no external addresses that they do not have already: whoever names one gets its traffic. */
export const denyServiceExternalIps: AdmissionPlugin = {
  name: 'DenyServiceExternalIPs',
  resources: ['services'],
  validate(attributes) {
    if (!isAbout(attributes, 'services') || attributes.operation === 'DELETE') return;
    const before = new Set((attributes.oldObject as Service | undefined)?.spec?.externalIPs ?? []);
    const added = ((attributes.object as Service).spec?.externalIPs ?? []).filter((address) => !before.has(address));
    if (added.length > 0) throw forbidden(attributes, 'Use of external IPs is denied by admission control.');
  },
};
