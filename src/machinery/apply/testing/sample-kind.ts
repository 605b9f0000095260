import {
  type Infer,
  int32,
  json,
  list,
  map,
  message,
  opt,
  ptr,
  quantity,
  req,
  string,
} from '#machinery/schema/schema.ts';

const Port = message('example.Port', {
  name: opt(1, string),
  port: req(2, int32),
  protocol: opt(3, string, { default: 'TCP' }),
});

const Selector = message('example.Selector', { matchLabels: opt(1, map(string)) }, { atomic: true });

const Container = message('example.Container', {
  name: req(1, string),
  image: opt(2, string),
  command: opt(3, list(string)),
  ports: opt(4, list(Port), { listType: 'map', mapKeys: ['port', 'protocol'] }),
  limits: opt(5, map(quantity)),
});

const Meta = message('example.Meta', {
  name: opt(1, string),
  labels: opt(2, map(string)),
  finalizers: opt(3, list(string), { listType: 'set' }),
  uid: opt(4, string),
});

const Spec = message('example.Spec', {
  replicas: ptr(1, int32),
  selector: ptr(2, Selector),
  nodeSelector: opt(3, map(string), { mapType: 'atomic' }),
  containers: opt(4, list(Container), { listType: 'map', mapKeys: ['name'] }),
  extra: ptr(5, json),
});

/** A kind with everything that ownership treats in a way of its own. */
export const Sample = message('example.Sample', {
  apiVersion: opt(0, string),
  kind: opt(0, string),
  metadata: opt(1, Meta),
  spec: opt(2, Spec),
  status: opt(3, message('example.Status', { phase: opt(1, string) })),
});
export interface Sample extends Infer<typeof Sample> {}
