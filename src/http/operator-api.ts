/**
 * What the console's Worker calls, by a service binding to the entrypoint `OperatorApi`: no route leads here. The console proves who
 * somebody is; what a user may do is decided here alone, by `fetchAs`, which runs a request against the operator's routes as that user.
 *
 * Every public method of an entrypoint can be called, so that there are none but these.
 */
import { WorkerEntrypoint } from 'cloudflare:workers';
import type { Credential, Session } from '../directory/credentials.ts';
import type { OperatorUser } from '../directory/operators.ts';
import { itself } from '../directory/types.ts';
import type { Service } from '../gateway/service.ts';
import { Problem } from '../payments/errors.ts';
import { problemAnswer } from './problems.ts';
import type { Routes } from './router.ts';
import { bindingsFor } from './signed-in.ts';

/** The console in the audit log, where it changes how somebody signs in. */
const CONSOLE = 'console';

/** The paths that a user's request may have: the operator's routes, and the providers, which everybody may read. */
const OPERATORS_PATH = /^\/v1\/(?:admin\/|providers(?:\/|$))/;

/** Where a user's browser is, for the audit log and the list of sessions. */
export interface Browser {
  readonly address: string | null;
  readonly agent: string | null;
}

/**
 * The entrypoint's class.
 * @param app all routes, as `fetch` has them.
 */
export function operatorEntrypoint<Env extends object>(app: () => Routes, serviceOf: (env: Env) => Service) {
  return class OperatorApi extends WorkerEntrypoint<Env> {
    /** A user by its e-mail address, in any case; null: nobody has it. One that is switched off is found, with `active` false. */
    userByEmail(email: string): Promise<OperatorUser | null> {
      return serviceOf(this.env).directory.operators.userByEmail(email);
    }

    user(id: string): Promise<OperatorUser | null> {
      return serviceOf(this.env).directory.operators.user(id);
    }

    credential(user: string): Promise<Credential> {
      return serviceOf(this.env).directory.credentials.of(user);
    }

    /**
     * Sets how a user proves who it is: what is left out stays, null takes it away. Its sessions end when its password or second factor
     * changes.
     */
    async putCredential(
      user: string,
      change: {
        readonly passwordHash?: string | null;
        readonly totpSecret?: string | null;
        readonly recoveryCodes?: readonly string[];
      },
      browser: Browser,
    ): Promise<void> {
      const { directory } = serviceOf(this.env);
      const { credentials } = directory;
      const { passwordHash, totpSecret, recoveryCodes } = change;
      if (passwordHash !== undefined) await credentials.putPassword(user, passwordHash);
      if (totpSecret !== undefined) await credentials.putTotp(user, totpSecret);
      if (recoveryCodes !== undefined) await credentials.putRecoveryCodes(user, recoveryCodes);
      if (passwordHash !== undefined || totpSecret !== undefined) await credentials.endSessions(user);
      await directory.noteAudit({
        by: { ...itself(CONSOLE), address: browser.address },
        action: 'user.credential_changed',
        subject: user,
        shop: null,
        detail: { changed: Object.keys(change) },
      });
    }

    /** The user's TOTP secret, to check a code with; null: it has none. */
    totpSecret(user: string): Promise<string | null> {
      return serviceOf(this.env).directory.credentials.totpSecret(user);
    }

    /** Takes the time step of a right code, once. */
    takeTotpStep(user: string, step: number): Promise<boolean> {
      return serviceOf(this.env).directory.credentials.takeTotpStep(user, step);
    }

    /** Takes a recovery code, once. */
    takeRecoveryCode(user: string, code: string): Promise<boolean> {
      return serviceOf(this.env).directory.credentials.takeRecoveryCode(user, code);
    }

    /** Counts a wrong try. @returns how many there were since the last right one. */
    noteFailure(user: string): Promise<number> {
      return serviceOf(this.env).directory.credentials.noteFailure(user);
    }

    lockUntil(user: string, until: string): Promise<void> {
      return serviceOf(this.env).directory.credentials.lockUntil(user, until);
    }

    noteSuccess(user: string): Promise<void> {
      return serviceOf(this.env).directory.credentials.noteSuccess(user);
    }

    /** Begins a session of a user that has proved who it is. @returns its token; null: the user is not there, or switched off. */
    createSession(user: string, browser: Browser): Promise<string | null> {
      return serviceOf(this.env).directory.credentials.createSession(user, browser);
    }

    /** The session of a token; null: there is none, or it has ended by itself or by somebody. It counts as seen. */
    session(token: string): Promise<Session | null> {
      return serviceOf(this.env).directory.credentials.session(token);
    }

    sessions(user: string): Promise<readonly Session[]> {
      return serviceOf(this.env).directory.credentials.sessions(user);
    }

    endSession(user: string, id: string): Promise<void> {
      return serviceOf(this.env).directory.credentials.endSession(user, id);
    }

    endSessions(user: string): Promise<void> {
      return serviceOf(this.env).directory.credentials.endSessions(user);
    }

    /** Runs a request against the operator's routes as a user: what it may do is decided by its role and its shops. */
    async fetchAs(user: string, request: Request, { address }: Pick<Browser, 'address'>): Promise<Response> {
      if (!OPERATORS_PATH.test(new URL(request.url).pathname))
        return problemAnswer(new Problem('not_found', "this is none of the operator's routes"), null);
      return app().fetch(request, bindingsFor(this.env, { user, address }), this.ctx);
    }
  };
}
