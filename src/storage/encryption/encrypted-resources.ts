import { type FieldError, type FieldPath, invalid } from '#machinery/errors/field-error.ts';

/** A resource as a configuration names it: `secrets`, `deployments.apps`, `*.apps`, `*.` for the core group, `*.*` for all. */
interface GroupResource {
  readonly resource: string;
  readonly group: string;
}

function parse(name: string): GroupResource {
  const dot = name.indexOf('.');
  return dot < 0 ? { resource: name, group: '' } : { resource: name.slice(0, dot), group: name.slice(dot + 1) };
}

/** The rules of the resources that one entry of a configuration names. */
export const validateResources = (names: readonly string[], field: FieldPath): FieldError[] => [
  ...validateOverlap(names, field),
  ...names.flatMap((name, index) => {
    const wrong = wrongName(name);
    return wrong === undefined ? [] : [invalid(field.index(index), name, wrong)];
  }),
];

function validateOverlap(names: readonly string[], field: FieldPath): FieldError[] {
  const parsed = names.map(parse);
  const same = (a: GroupResource, b: GroupResource) => a.resource === b.resource && a.group === b.group;
  const isAll = ({ resource, group }: GroupResource) => resource === '*' && group === '*';
  const masks = (a: GroupResource, b: GroupResource) => isAll(a) || (a.group === b.group && a.resource === '*');
  const among = (test: (a: GroupResource, b: GroupResource) => boolean) =>
    parsed.some((a, i) => parsed.some((b, j) => i !== j && test(a, b)));
  return [
    ...(among(same) ? [invalid(field, names, 'the same resource cannot be specified multiple times')] : []),
    ...(among((a, b) => !same(a, b) && masks(a, b))
      ? [
          invalid(
            field,
            names,
            "using overlapping resources such as 'secrets' and '*.' in the same resource list is not allowed as they will be masked",
          ),
        ]
      : []),
  ];
}

const NOT_IN_THE_API = ['apiserveripinfo', 'serviceipallocations', 'servicenodeportallocations'];

function wrongName(name: string): string | undefined {
  if (name !== name.toLowerCase()) return 'resource name should not contain capital letters';
  if (name === '*') return "use '*.' to encrypt all the resources from core API group or *.* to encrypt all resources";
  if (NOT_IN_THE_API.includes(name)) return 'resources which do not have REST API/s cannot be encrypted';
  const { resource, group } = parse(name);
  if (group === 'events.k8s.io')
    return "'*.events.k8s.io' objects are stored using the 'events' API group in etcd. Use 'events' instead in the config file";
  if (group === 'extensions') return "'extensions' group has been removed and cannot be used for encryption";
  if (group === '*' && resource !== '*') return 'encrypting the same resource across groups is not supported';
  return undefined;
}
