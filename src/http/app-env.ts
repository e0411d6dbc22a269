/** hono's types of a request here. */
import type { Service } from '../gateway/service.ts';

export interface AppEnv {
  Bindings: object;
  Variables: {
    service: Service;
    requestId: string;
    /** Set by the shop's or the operator's authentication, for the log. */
    caller: string | null;
  };
}
