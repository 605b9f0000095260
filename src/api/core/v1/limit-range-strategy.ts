import type { Strategy } from '#api/resource-definition.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { LimitRange, LimitRangeItem } from './limit-range.ts';
import { validateLimitRange } from './limit-range-validation.ts';

export const limitRangeStrategy: Strategy<LimitRange> = {
  validate: validateLimitRange,
  applyDefaults: (range) => range.spec?.limits?.forEach(applyItemDefaults),
  allowCreateOnUpdate: true,
  prepareForCreate({ metadata }) {
    // Those without a name get one.
    if (metadata?.uid) metadata.name ||= metadata.uid;
  },
};

/** What a container gets follows from what it may have, where nothing is said. */
function applyItemDefaults(item: Mutable<LimitRangeItem>): void {
  if (item.type !== 'Container') return;
  setUnlessEmpty(item, 'default', { ...item.max, ...item.default });
  setUnlessEmpty(item, 'defaultRequest', { ...item.min, ...item.default, ...item.defaultRequest });
}

/** What says nothing is left out. */
function setUnlessEmpty(
  item: Mutable<LimitRangeItem>,
  list: 'default' | 'defaultRequest',
  amounts: Record<string, string>,
): void {
  if (Object.keys(amounts).length > 0) item[list] = amounts;
  else delete item[list];
}
