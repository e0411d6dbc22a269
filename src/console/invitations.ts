/**
 * Links by which somebody sets a password: for a new user, and for one who has forgotten it. Whoever makes one is an owner, or has CONSOLE_KEY. A
 * link works until the password is set, or three days.
 */
import type { ConsoleContext } from './context.ts';
import { invitationPath, passwordMark } from './invitation-path.ts';
import { readSignedText } from './signed-text.ts';

/**
 * The link of a user, for an owner to hand over; null: nobody signs in by password here.
 * @param user its id. That the viewer may change this user is for the caller to know.
 */
export async function invitationLink(c: ConsoleContext, user: string): Promise<string | null> {
  const { passwords } = c.get('settings');
  if (!passwords) return null;
  const { passwordHash } = await c.env.GATEWAY.credential(user);
  const path = invitationPath(passwords.key, user, passwordHash, c.get('ports').now());
  return new URL(path, c.req.url).href;
}

/** Whose link it is; null: it is over, was used, or is none. */
export async function invitedUser(c: ConsoleContext, token: string) {
  const { passwords } = c.get('settings');
  const content = passwords && readSignedText(passwords.key, 'invitation', token, c.get('ports').now());
  if (!content?.user) return null;
  const [user, credential] = await Promise.all([
    c.env.GATEWAY.user(content.user),
    c.env.GATEWAY.credential(content.user),
  ]);
  return user?.active && passwordMark(credential.passwordHash) === content.mark ? user : null;
}
