import { checkEach, nonNegative, requireText } from '#api/checks.ts';
import { validateDriverName } from '#api/core/v1/volume-validation.ts';
import { append } from '#base/append.ts';
import { duplicate, type FieldError, FieldPath, invalid, required } from '#machinery/errors/field-error.ts';
import { isQualifiedName } from '#machinery/names/label.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { CSINode, CSINodeDriver } from './csi-node.ts';

const MAX_NODE_ID = 256;
const DRIVERS = new FieldPath('spec').child('drivers');

export function validateCSINode({ spec }: CSINode): FieldError[] {
  const seen = new Set<string>();
  return checkEach(spec.drivers, DRIVERS, (driver, at) => {
    const errors = validateDriver(driver, at);
    if (seen.has(driver.name)) errors.push(duplicate(at.child('name'), driver.name));
    seen.add(driver.name);
    return errors;
  });
}

function validateDriver({ name, nodeID, topologyKeys, allocatable }: CSINodeDriver, field: FieldPath): FieldError[] {
  // Upstream names the driver where one of its keys is wrong.
  const at = field;
  const errors = [
    ...validateDriverName(name, field.child('name')),
    ...requireText(field.child('nodeID'), nodeID, (id) =>
      id.length > MAX_NODE_ID ? [`must be ${MAX_NODE_ID} characters or less`] : [],
    ),
    ...nonNegative(field.child('allocatable', 'count'), allocatable?.count),
  ];
  const seen = new Set<string>();
  for (const key of topologyKeys ?? []) {
    if (key === '') errors.push(required(at));
    if (seen.has(key)) errors.push(duplicate(at, key));
    seen.add(key);
    append(
      errors,
      isQualifiedName(key).map((detail) => invalid(at, key, detail)),
    );
  }
  return errors;
}

/** A driver that stays keeps its identity. */
export const validateCSINodeUpdate = ({ spec }: CSINode, old: CSINode): FieldError[] =>
  old.spec.drivers.flatMap((known) =>
    spec.drivers
      .filter(({ name }) => name === known.name)
      .filter((driver) => !deepEqual(identityOf(driver), identityOf(known)))
      .map((driver) => invalid(DRIVERS, identityOf(driver), 'field is immutable')),
  );

/** A driver without what it can hold, as upstream shows it. */
const identityOf = ({ name, nodeID, topologyKeys }: CSINodeDriver) => ({
  Name: name,
  NodeID: nodeID,
  TopologyKeys: topologyKeys ?? null,
  Allocatable: null,
});
