import type { AdmissionPlugin } from '../admission.ts';

/** Lets everything pass; of use to nobody, and known by name. */
export const alwaysAdmit: AdmissionPlugin = { name: 'AlwaysAdmit', validate() {} };
