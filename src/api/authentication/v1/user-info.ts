import { type Infer, list, map, message, opt, string, wrappedList } from '#machinery/schema/schema.ts';

export const UserInfo = message('io.k8s.api.authentication.v1.UserInfo', {
  username: opt(1, string),
  uid: opt(2, string),
  groups: opt(3, list(string)),
  extra: opt(4, map(wrappedList(string))),
});
export interface UserInfo extends Infer<typeof UserInfo> {}
