import type { Strategy } from '#api/resource-definition.ts';
import { isPathSegmentName } from '#machinery/names/path-segment.ts';
import type { APIService } from './api-service.ts';
import { validateAPIService } from './api-service-validation.ts';

export const apiServiceStrategy: Strategy<APIService> = {
  validateName: isPathSegmentName,
  requireResourceVersionOnUpdate: true,
  applyDefaults({ spec }) {
    if (spec?.service) spec.service.port ??= 443;
  },
  prepareForCreate(service) {
    service.status = {};
    if (service.spec?.service) return;
    // What this server serves itself needs no one to find out whether it can be reached.
    const lastTransitionTime = service.metadata?.creationTimestamp;
    service.status.conditions = [
      {
        type: 'Available',
        status: 'True',
        ...(lastTransitionTime === undefined ? {} : { lastTransitionTime }),
        reason: 'Local',
        message: 'Local APIServices are always available',
      },
    ];
  },
  validate: validateAPIService,
};
