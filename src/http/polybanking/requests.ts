/** What every route of PolyBanking's dialect reads and answers: its forms, its codes, and which shop a config is. */
import type { Context } from 'hono';
import { parseForm } from '../../signing/form.ts';
import type { AppEnv } from '../app-env.ts';
import { rawBody } from '../body.ts';
import { pythonInt } from './python.ts';

/** The largest form, in bytes. What it holds is stored in one row, where a character may take six times its size. */
const FORM_LIMIT = 128 * 1024;

export type PolybankingCode =
  | 'OK'
  | 'CONFIG_ERROR'
  | 'KEY_ERROR'
  | 'AMOUNT_ERROR'
  | 'REFERENCE_ERROR'
  | 'ERROR'
  | 'BAD_REQUEST_TYPE'
  // The space is the original's.
  | 'UNVALID_ ID'
  | 'UNVALID_BANK'
  | 'UNVALID_STATUS'
  | 'UNVALID_SHA';

/** An error with the original's code. */
export class PolybankingError extends Error {
  readonly code: PolybankingCode;
  constructor(code: PolybankingCode) {
    super(code);
    this.code = code;
  }
}

export function codeAnswer(code: PolybankingCode, status: number, url = ''): Response {
  return Response.json({ status: code, url }, { status });
}

/** The text fields of a form, urlencoded or multipart; of a field that came twice the last counts, as in Django. */
export async function polybankingForm(c: Context<AppEnv>): Promise<ReadonlyMap<string, string>> {
  const body = await rawBody(c.req.raw, FORM_LIMIT);
  const type = c.req.header('content-type') ?? '';
  if (!type.toLowerCase().startsWith('multipart/')) {
    return new Map((parseForm(body) ?? []).map(({ name, value }) => [name, value]));
  }
  try {
    const form = await new Response(body, { headers: { 'content-type': type } }).formData();
    return new Map([...form].filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  } catch {
    return new Map();
  }
}

/** The shop ids that a config_id may mean: as it stands, or the number that it is. */
export function shopIds(configId: string): readonly string[] {
  const number = pythonInt(configId);
  const canonical = number !== null && Number.isSafeInteger(number) ? String(number) : configId;
  return canonical === configId ? [configId] : [configId, canonical];
}
