/** hono's types of a request here. */
import type { Operator } from '../gateway/permissions.ts';
import type { Service } from '../gateway/service.ts';
import type { Problem } from '../payments/errors.ts';

export interface AppEnv {
  Bindings: object;
  Variables: {
    service: Service;
    requestId: string;
    /** Set by the shop's or the operator's authentication, for the log. */
    caller: string | null;
    /** Set by the operator's authentication. */
    operator: Operator | null;
    /** Why the request was rejected, for the log; null: it was not, or its answer is no problem document. */
    problem: Problem | null;
  };
}
