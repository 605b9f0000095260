import { type Infer, message, opt, string } from '#machinery/schema/schema.ts';

export const EventSource = message('io.k8s.api.core.v1.EventSource', {
  component: opt(1, string),
  host: opt(2, string),
});
export interface EventSource extends Infer<typeof EventSource> {}
