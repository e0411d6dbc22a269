/** The key by which the service knows a capture, cancel or refund again. */
import { base64url, utf8 } from '../signing/bytes.ts';
import { clientProblem, namingText } from './errors.ts';
import type { OperationKind } from './types.ts';

/** As the service takes it. */
const KEY = /^[\x20-\x7e]{1,255}$/;

/** How a caller names an operation. */
export interface OperationName {
  /**
   * Your own name of this operation, the same whenever your program tries it again: the number of a return, say. The same name is carried
   * out once for each payment and kind of operation, also after a crash of your program.
   */
  readonly operationId?: string;
  /** In its place: the key of an earlier call, from the error that it ended with. Null, of an error before anything was sent: none. */
  readonly idempotencyKey?: string | null;
}

/** 128 bits at random, where nothing names the operation: a call is then an operation of its own, however often it is sent. */
function keyOfItsOwn(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(16)));
}

/**
 * The key of an operation. That of a name is the kind and the name, so that it can be found in a log; of a name that no header can carry,
 * their SHA-256.
 * @throws CountersignError invalid_option
 */
export async function operationKey(kind: OperationKind, name: OperationName): Promise<string> {
  const { operationId, idempotencyKey = null } = name;
  // A name that was meant and is not there would make the same operation another one, which moves the money again.
  for (const member of ['operationId', 'idempotencyKey'] as const)
    if (member in name && name[member] === undefined)
      throw clientProblem('invalid_option', `${member} is undefined: leave it out, or give the name`);
  if (idempotencyKey !== null) {
    if (operationId !== undefined)
      throw clientProblem('invalid_option', 'give operationId or idempotencyKey, not both');
    if (typeof idempotencyKey === 'string' && KEY.test(idempotencyKey)) return idempotencyKey;
    throw clientProblem('invalid_option', 'idempotencyKey has 1 to 255 printable ASCII characters');
  }
  if (operationId === undefined) return `${kind}/made/${keyOfItsOwn()}`;
  // The null of a column that nobody has filled would be one name for many operations.
  namingText('operationId', operationId);
  const plain = `${kind}/id/${operationId}`;
  if (KEY.test(plain) && operationId.trim() === operationId) return plain;
  const digest = await crypto.subtle.digest('SHA-256', new Uint8Array(utf8(operationId)));
  return `${kind}/sha256/${base64url(new Uint8Array(digest))}`;
}
