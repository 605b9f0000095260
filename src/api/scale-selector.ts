import { type LabelSelectorObject, selectorFromObject, selectorFromSet } from '#machinery/selectors/label-selector.ts';

/** The selector of a workload as a Scale shows it: text. ReplicationControllers have plain labels for a selector. */
export function scaleSelector(object: object): string {
  const selector = (object as { readonly spec?: { readonly selector?: object } }).spec?.selector;
  if (selector === undefined) return '';
  const isSet = !('matchLabels' in selector || 'matchExpressions' in selector);
  return String(
    isSet ? selectorFromSet(selector as Record<string, string>) : selectorFromObject(selector as LabelSelectorObject),
  );
}
