/**
 * The Durable Object of one reconciliation: it takes a file in pieces, reads it, compares it with the movements of an account, and keeps
 * what came of it for 400 days.
 *
 * Everything after the last piece is done in small steps (`steps.ts`). Before the first of them an alarm is set, so that a restart in
 * between loses no step. Small files are done while the request waits; the rest is the alarm's. A step that fails is tried again, later
 * each time, and after some tries the whole has failed.
 *
 * What a file says changes no payment: nothing here writes to anything but its own tables, the list of reconciliations, and how an account's
 * files are read.
 */
import { DurableObject } from 'cloudflare:workers';
import { dropReconciliation, noteReconciliation } from '../directory/account-movements.ts';
import {
  type FileFault,
  type FilePiece,
  type HandedOut,
  type LinesQuery,
  type MarkedLine,
  NO_TOLERANCE,
  type ReconciledLine,
  type ReconciliationClient,
  type ReconciliationInfo,
  type ReconciliationKeeper,
  type ReconciliationMark,
  type ReconciliationProblem,
  type ReconciliationRequest,
  type SaidReading,
  type Tolerance,
} from '../payments/reconciled.ts';
import { COMPARISON_PAUSES, DELETION_PAUSES, nextPause } from '../payments/retries.ts';
import { handOut, noteAsked } from './asking.ts';
import { UnreadableFile } from './fault.ts';
import { infoOf } from './info.ts';
import { reconciliationProblem, takePiece } from './pieces.ts';
import { countOtherNumbers, markKey, readResults, setMark } from './results.ts';
import { readingSaid } from './said.ts';
import {
  begun,
  comparesNumbers,
  isIdle,
  type ReconciliationState,
  readNumber,
  readState,
  restarted,
  STATUS,
  writeNumber,
  writeState,
} from './state.ts';
import { step, type Tools } from './steps.ts';
import { OF_COMPARISON, OF_READING } from './tables.ts';

export interface ReconciliationEnv {
  readonly DIRECTORY: D1Database;
}

const KEPT_MS = 400 * 86_400_000;

/** Steps of one alarm, and those that a request waits for. */
const ALARM_STEPS = 8;
const WAITED_STEPS = 60;
const WAITED_BYTES = 2 * 1024 * 1024;

/** When the alarm goes on, if whoever works now is killed. Longer than a batch of steps takes. */
const KILLED_MS = 60_000;

const random = (bytes: Uint8Array) => {
  crypto.getRandomValues(bytes);
};

/** Tries of one step, the first among them: over two hours or so. */
const MOST_TRIES = 9;

const NOT_FINISHED: FileFault = {
  code: 'not_finished',
  line: null,
  detail: `the comparison was begun ${MOST_TRIES} times and did not get on: have the file read again, in smaller parts if it is large, and look at the log`,
};

export class ReconciliationObject<Env extends ReconciliationEnv = ReconciliationEnv>
  extends DurableObject<Env>
  implements ReconciliationClient
{
  #working: Promise<void> | null = null;

  get #sql(): SqlStorage {
    return this.ctx.storage.sql;
  }

  get #tools(): Tools {
    return {
      sql: this.#sql,
      directory: this.env.DIRECTORY,
      now: () => Date.now(),
      transaction: (work) => this.ctx.storage.transactionSync(work),
    };
  }

  #state(): ReconciliationState | null {
    return readState(this.#sql);
  }

  /** How far it is now. */
  #info(state: ReconciliationState): ReconciliationInfo {
    return infoOf(this.#sql, this.#state() ?? state);
  }

  #empty(tables: readonly string[]): void {
    for (const table of tables) this.#sql.exec(`DELETE FROM ${table}`);
  }

  async begin({
    said,
    tolerance,
    ...request
  }: ReconciliationRequest): Promise<ReconciliationInfo | ReconciliationProblem> {
    const known = this.#state();
    if (known) return this.#info(known);
    const reading = readingSaid(said);
    if ('problem' in reading) return reading;
    const { from, to } = request;
    if (from && to && to < from) return reconciliationProblem('invalid_request', 'comes before from', 'to');
    const order = { ...request, ...reading, tolerance: tolerance ?? NO_TOLERANCE };
    const state = begun(order, Date.now() + KEPT_MS);
    writeState(this.#sql, state);
    await this.ctx.storage.setAlarm(state.expiresAt);
    return this.#info(state);
  }

  async put(piece: FilePiece): Promise<ReconciliationInfo | ReconciliationProblem> {
    const state = this.#state();
    if (!state) return reconciliationProblem('not_found', 'there is no such reconciliation');
    const taken = takePiece(this.#sql, state, piece);
    if ('problem' in taken) return taken;
    const { received, size } = taken;
    if (received > state.received)
      writeState(this.#sql, {
        ...state,
        size,
        received,
        stage: received === size ? 'inspecting' : 'receiving',
      });
    // The last piece again: whoever worked may be gone.
    if (received === size) await this.#goOn();
    return this.#info(state);
  }

  async info(): Promise<ReconciliationInfo | null> {
    const state = this.#state();
    return state && this.#info(state);
  }

  async map(
    said: SaidReading,
    timeZone: string | null,
    tolerance: Tolerance | null,
    keeper: ReconciliationKeeper | null,
  ): Promise<ReconciliationInfo | ReconciliationProblem> {
    await this.#working?.catch(() => {});
    const state = this.#state();
    if (!state) return reconciliationProblem('not_found', 'there is no such reconciliation');
    const reading = readingSaid(said);
    if ('problem' in reading) return reading;
    if (keeper && !reading.mapping)
      return reconciliationProblem('invalid_request', 'keeps columns: say which', 'keep');
    const order = {
      ...state.order,
      ...reading,
      timeZone: timeZone ?? state.order.timeZone,
      tolerance: tolerance ?? state.order.tolerance,
    };
    const changed = { ...state, order, keeper };
    if (state.size === null || state.received < state.size) writeState(this.#sql, changed);
    else {
      this.#empty([...OF_READING, ...OF_COMPARISON]);
      await this.#restart(restarted(changed, 'inspecting'));
    }
    return this.#info(state);
  }

  async compare(): Promise<ReconciliationInfo | ReconciliationProblem> {
    await this.#working?.catch(() => {});
    const state = this.#state();
    if (!state) return reconciliationProblem('not_found', 'there is no such reconciliation');
    if (state.stage !== 'done')
      return reconciliationProblem('invalid_state', 'the file has not been compared yet');
    this.#empty(OF_COMPARISON);
    this.#sql.exec('UPDATE lines SET result = NULL, matched_by = NULL, entry = NULL, repeats = NULL');
    await this.#restart(restarted(state, 'ledger'));
    return this.#info(state);
  }

  async lines(query: LinesQuery): Promise<readonly ReconciledLine[]> {
    const state = this.#state();
    return state?.stage === 'done' ? readResults(this.#sql, query, comparesNumbers(state)) : [];
  }

  async mark(
    number: number,
    mark: ReconciliationMark | null,
    comparison: number | null,
  ): Promise<MarkedLine | ReconciliationProblem | null> {
    const state = this.#state();
    if (comparison !== null && state && state.run !== comparison)
      return reconciliationProblem(
        'invalid_state',
        'the file was compared again meanwhile: find the line in the new list',
      );
    if (state?.stage !== 'done') return null;
    const found = markKey(this.#sql, number, comparesNumbers(state));
    if (!found) return null;
    const { isDifference, ...marked } = found;
    if (mark !== null && !isDifference)
      return reconciliationProblem(
        'invalid_state',
        'the line is matched: a mark says why a difference is none, and nothing differs here',
      );
    setMark(this.#sql, number, mark);
    return marked;
  }

  async toAsk(limit: number): Promise<HandedOut> {
    const state = this.#state();
    if (state?.stage !== 'done') return { payments: [], retryAfter: null };
    return this.ctx.storage.transactionSync(() => handOut(this.#sql, state.order.account, limit, Date.now()));
  }

  async asked(payment: string, outcome: string | null, pause: number): Promise<void> {
    if (this.#state()) noteAsked(this.#sql, payment, outcome, pause, Date.now());
  }

  async forget(): Promise<void> {
    await this.#working?.catch(() => {});
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
  }

  override async alarm(): Promise<void> {
    const state = this.#state();
    if (!state) return;
    if (Date.now() >= state.expiresAt) return this.#expire(state);
    await this.#goOnFor(ALARM_STEPS);
  }

  /** Deletes everything; later, where the list does not answer. */
  async #expire(state: ReconciliationState): Promise<void> {
    await this.ctx.storage.setAlarm(Date.now() + nextPause(DELETION_PAUSES, 1, random));
    try {
      await dropReconciliation(this.env.DIRECTORY, state.order.id);
    } catch (error) {
      console.error({ event: 'reconciliation.not_deleted', id: state.order.id, error: String(error) });
      return;
    }
    await this.forget();
  }

  async #restart(state: ReconciliationState): Promise<void> {
    writeState(this.#sql, state);
    writeNumber(this.#sql, 'tries', 0);
    await this.#goOn();
  }

  /** Does what a request may wait for, and leaves the rest to the alarm. */
  async #goOn(): Promise<void> {
    const state = this.#state();
    if (state && !isIdle(state)) await this.#goOnFor((state.size ?? 0) <= WAITED_BYTES ? WAITED_STEPS : 0);
  }

  async #goOnFor(steps: number): Promise<void> {
    await this.ctx.storage.setAlarm(Date.now() + KILLED_MS);
    const pause = await this.#work(steps);
    const state = this.#state();
    if (state) await this.ctx.storage.setAlarm(isIdle(state) ? state.expiresAt : Date.now() + pause);
  }

  /** @returns milliseconds until the next steps. */
  async #work(steps: number): Promise<number> {
    let pause = 0;
    this.#working ??= this.#steps(steps)
      .then((found) => {
        pause = found;
      })
      .finally(() => {
        this.#working = null;
      });
    await this.#working;
    return pause;
  }

  /** @returns milliseconds until the next ones. */
  async #steps(steps: number): Promise<number> {
    let isTried = false;
    for (let count = 0; count < steps; count += 1) {
      const state = this.#state();
      if (!state || isIdle(state)) return 0;
      const tries = readNumber(this.#sql, 'tries') + 1;
      if (!isTried) {
        if (tries > MOST_TRIES) {
          await this.#fail(state, NOT_FINISHED);
          return 0;
        }
        // Noted before: a step that takes too much is killed, and can say nothing.
        writeNumber(this.#sql, 'tries', tries);
      }
      try {
        await step(this.#tools, state);
      } catch (error) {
        if (!(error instanceof UnreadableFile)) return this.#failedOnce(state, error, isTried ? 1 : tries);
        await this.#fail(state, error.fault);
        return 0;
      }
      if (!isTried) writeNumber(this.#sql, 'tries', 0);
      isTried = true;
      await this.#noteStage(state);
    }
    return 0;
  }

  /** @returns milliseconds until it is tried again. */
  #failedOnce(state: ReconciliationState, error: unknown, tries: number): number {
    console.error({
      event: 'reconciliation.failed',
      id: state.order.id,
      stage: state.stage,
      tries,
      error: String(error),
    });
    return nextPause(COMPARISON_PAUSES, tries, random);
  }

  async #fail({ run }: ReconciliationState, fault: FileFault): Promise<void> {
    const state = this.#state();
    if (state?.run !== run) return;
    writeState(this.#sql, { ...state, stage: 'failed', fault });
    await this.#note({ ...state, stage: 'failed' });
  }

  /** In the list, where a step led to another status that people wait for. */
  async #noteStage({ stage }: ReconciliationState): Promise<void> {
    const state = this.#state();
    const isTold = state?.stage === 'mapping' || state?.stage === 'reading' || state?.stage === 'done';
    if (state && isTold && state.stage !== stage) await this.#note(state);
  }

  /** In the list; where that fails it is behind, and this object still knows better. */
  async #note(state: ReconciliationState): Promise<void> {
    const status = STATUS[state.stage];
    const counts = status === 'done' ? state.summary?.counts : undefined;
    // A payment under another number differs too, where its money does not.
    const differences =
      counts &&
      Object.values(counts).reduce((sum, count) => sum + count, 0) -
        counts.matched +
        countOtherNumbers(this.#sql, comparesNumbers(state)).matched;
    const isEnd = status === 'done' || status === 'failed';
    try {
      await noteReconciliation(
        this.env.DIRECTORY,
        state.order.id,
        status,
        differences ?? null,
        isEnd ? new Date().toISOString() : null,
      );
    } catch (error) {
      console.error({ event: 'reconciliation.not_noted', id: state.order.id, error: String(error) });
    }
  }
}
