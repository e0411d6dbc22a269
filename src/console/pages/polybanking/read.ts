/** What a move from PolyBanking brought along, as the API has it. */
import { ApiProblem, type OperatorAnswer } from '../../api.ts';
import type { ConsoleContext } from '../../context.ts';
import type { View } from '../../view.ts';

export const POLYBANKING = '/console/polybanking';

export type OldUser = OperatorAnswer<'importedUsers'>['data'][number];
export type OldChanges = OperatorAnswer<'importedChanges'>;

export function configPath(id: string): string {
  return `${POLYBANKING}/configs/${encodeURIComponent(id)}`;
}

/** Whether somebody sees the users of the old server: they are about the whole installation. */
export function maySeeOldUsers({ user }: View): boolean {
  return user?.scope.all === true;
}

/** Every user of the old server; none for who sees some shops only. */
export async function readOldUsers(c: ConsoleContext): Promise<readonly OldUser[]> {
  if (!maySeeOldUsers(c.get('view'))) return [];
  return (await c.get('api').get<OperatorAnswer<'importedUsers'>>('/imports/polybanking/users')).data;
}

/** The log of a config at the old server, the newest first. */
export function readOldChanges(c: ConsoleContext, config: string, cursor?: string): Promise<OldChanges> {
  return c.get('api').get<OldChanges>('/imports/polybanking/changes', { config, limit: 50, cursor });
}

/** E-mail addresses of those who are users here, in lower case; null: only owners know. */
export async function readNewUsers(c: ConsoleContext): Promise<ReadonlyMap<string, string> | null> {
  if (c.get('view').user?.role !== 'owner') return null;
  try {
    const { data } = await c.get('api').get<OperatorAnswer<'userList'>>('/users');
    return new Map(data.map(({ email, id }) => [email, id]));
  } catch (error) {
    // The role was taken away in this moment.
    if (error instanceof ApiProblem && error.status === 403) return null;
    throw error;
  }
}
