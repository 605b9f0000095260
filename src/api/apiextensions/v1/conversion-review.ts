import { Status } from '#api/meta/v1/status.ts';
import { type Infer, list, message, opt, ptr, rawExtension, req, string } from '#machinery/schema/schema.ts';

export const ConversionRequest = message('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ConversionRequest', {
  uid: req(1, string),
  desiredAPIVersion: req(2, string),
  objects: req(3, list(rawExtension)),
});
export interface ConversionRequest extends Infer<typeof ConversionRequest> {}

export const ConversionResponse = message(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ConversionResponse',
  {
    uid: req(1, string),
    convertedObjects: req(2, list(rawExtension)),
    result: req(3, Status),
  },
);
export interface ConversionResponse extends Infer<typeof ConversionResponse> {}

export const ConversionReview = message('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ConversionReview', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  request: ptr(1, ConversionRequest),
  response: ptr(2, ConversionResponse),
});
export interface ConversionReview extends Infer<typeof ConversionReview> {}
