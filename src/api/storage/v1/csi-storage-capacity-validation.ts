import { immutable } from '#api/checks.ts';
import { validateLabelSelector } from '#api/meta/v1/label-selector-validation.ts';
import { type FieldError, FieldPath, invalid } from '#machinery/errors/field-error.ts';
import { isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import type { CSIStorageCapacity } from './csi-storage-capacity.ts';

const ROOT = new FieldPath();

export const validateCSIStorageCapacity = (capacity: CSIStorageCapacity): FieldError[] => [
  ...validateLabelSelector(capacity.nodeTopology, ROOT.child('nodeTopology')),
  ...isDNS1123Subdomain(capacity.storageClassName).map((detail) =>
    invalid(ROOT.child('storageClassName'), capacity.storageClassName, detail),
  ),
  ...(capacity.capacity !== undefined && parseQuantity(capacity.capacity).sign < 0
    ? [invalid(ROOT.child('capacity'), capacity.capacity, 'must be greater than or equal to 0')]
    : []),
];

export const validateCSIStorageCapacityUpdate = (
  capacity: CSIStorageCapacity,
  old: CSIStorageCapacity,
): FieldError[] => [
  ...immutable(ROOT.child('nodeTopology'), capacity.nodeTopology, old.nodeTopology),
  ...immutable(ROOT.child('storageClassName'), capacity.storageClassName, old.storageClassName),
];
