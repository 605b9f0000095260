import { bytes, type Infer, int32, message, opt, ptr, req, string } from '#machinery/schema/schema.ts';

export const ServiceReference = message('io.k8s.api.admissionregistration.v1.ServiceReference', {
  namespace: req(1, string),
  name: req(2, string),
  path: ptr(3, string),
  port: ptr(4, int32),
});
export interface ServiceReference extends Infer<typeof ServiceReference> {}

export const WebhookClientConfig = message('io.k8s.api.admissionregistration.v1.WebhookClientConfig', {
  url: ptr(3, string),
  service: ptr(1, ServiceReference),
  caBundle: opt(2, bytes),
});
export interface WebhookClientConfig extends Infer<typeof WebhookClientConfig> {}
