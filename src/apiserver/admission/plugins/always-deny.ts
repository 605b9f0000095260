import type { AdmissionPlugin } from '../admission.ts';
import { forbidden } from '../requests.ts';

/** Refuses every change. */
export const alwaysDeny: AdmissionPlugin = {
  name: 'AlwaysDeny',
  validate(attributes) {
    throw forbidden(attributes, 'admission control is denying all modifications');
  },
};
