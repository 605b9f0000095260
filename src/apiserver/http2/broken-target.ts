/** Whether an escape in a request target's path stands for nothing: such a target is no URL. */
export function isBrokenTarget(target: string): boolean {
  if (!target.includes('%')) return false;
  const mark = target.indexOf('?');
  return /%(?![\dA-Fa-f]{2})/.test(mark < 0 ? target : target.slice(0, mark));
}
