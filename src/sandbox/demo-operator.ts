/** The operators of `npm start`: two, because large refunds take a second person. Their passwords are printed, and good for nothing else. */
import type { Directory } from '../directory/directory.ts';
import { itself, type Role } from '../directory/types.ts';

interface DemoOperator {
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly password: string;
}

export const DEMO_OPERATORS: readonly [DemoOperator, DemoOperator] = [
  { email: 'olga@example.com', name: 'Olga Owner', role: 'owner', password: 'demo-console-password' },
  { email: 'rene@example.com', name: 'René Refund', role: 'refund', password: 'demo-console-password' },
];

/**
 * Makes them where they are missing. Who has changed a password keeps it.
 * @param hash the stored form of a password, as the console makes it.
 */
export async function seedOperators(
  { operators, credentials }: Pick<Directory, 'operators' | 'credentials'>,
  hash: (password: string) => string,
): Promise<void> {
  for (const { email, name, role, password } of DEMO_OPERATORS) {
    if (await operators.userByEmail(email)) continue;
    const user = { email, name, role, scope: { all: true }, active: true } as const;
    try {
      const id = await operators.putUser(user, null, itself('npm start'));
      await credentials.putPassword(id, hash(password));
    } catch (error) {
      // The first requests come at once, and another one of them has made it.
      if (!(await operators.userByEmail(email))) throw error;
    }
  }
}
