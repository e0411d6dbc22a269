/** The bridge beside the SIPS 1 executables, with stand-ins that print what they were given. */
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sipsBridge } from '../../src/bridge/sips.ts';
import { bridgeHeaders } from '../../src/providers/sips/bridge-signature.ts';
import { runSecretScript } from './support.ts';

const SECRET = 'a secret of the bridge';
const folder = mkdtempSync(join(tmpdir(), 'countersign-sips-'));
const server = sipsBridge({
  secret: SECRET,
  binpath: folder,
  pathfile: '/srv/sips/pathfile',
  timeoutMs: 500,
});
let origin: string;

/** Writes the two executables anew. */
function executables(request: string, response = request): void {
  for (const [name, script] of Object.entries({ request, response })) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
}

beforeAll(async () => {
  await new Promise<void>((ready) => {
    server.listen(0, '127.0.0.1', ready);
  });
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Answer {
  readonly code?: string;
  readonly error?: string;
  readonly form?: string;
  readonly fields?: Record<string, string>;
}

async function call(
  path: string,
  message: unknown,
  change: (headers: Record<string, string>) => Record<string, string> = (headers) => headers,
  now = new Date(),
): Promise<[number, Answer]> {
  const body = typeof message === 'string' ? message : JSON.stringify(message);
  const headers = change(bridgeHeaders(SECRET, now, path, body));
  const response = await fetch(origin + path, { method: 'POST', headers, body });
  return [response.status, (await response.json()) as Answer];
}

describe('the executables', () => {
  it('get one argument for each parameter, in no shell and with no environment', async () => {
    executables(
      'printf "!0!!"; for a in "$@"; do printf "[%s]" "$a"; done; printf "{%s}!" "$HOME$SIPS_BRIDGE_SECRET"',
    );
    const hostile = 'x\'; touch /tmp/pwned-$(id); `reboot` && echo "$HOME" | cat';
    const [status, answer] = await call('/request', {
      parameters: { merchant_id: '014213245611111', return_context: hostile, amount: '5500' },
    });
    expect(status).toBe(200);
    expect(answer.form).toBe(
      `[merchant_id=014213245611111][return_context=${hostile}][amount=5500][pathfile=/srv/sips/pathfile]{}`,
    );
    expect(existsSync('/tmp/pwned-')).toBe(false);
  });

  it('of eopayment, which print constants, are read as the sheet says', async () => {
    executables('printf "0!!coin"', 'printf "xx=1!yy=2"');
    expect((await call('/request', { parameters: { amount: '1' } }))[1]).toEqual({
      code: '0',
      error: '',
      form: 'coin',
    });
    expect((await call('/response', { message: 'x' }))[1]).toMatchObject({ code: 'xx=1', error: 'yy=2' });
  });

  it('have their message back untouched', async () => {
    executables('true', 'printf "!0!!%s!" "$1"');
    const [, answer] = await call('/response', { message: '2020333238 $(id) 5360522d' });
    expect(answer.fields).toMatchObject({ code: '0', merchant_id: 'message=2020333238 $(id) 5360522d' });
  });

  it('that fail, hang, print too much or are not there are errors, and the next call works', async () => {
    executables('echo broken; exit 3');
    expect((await call('/request', { parameters: {} }))[0]).toBe(502);
    executables('exec sleep 30');
    const before = Date.now();
    expect(await call('/request', { parameters: {} })).toEqual([
      504,
      { error: 'the executable took too long' },
    ]);
    expect(Date.now() - before).toBeLessThan(5000);
    executables('yes');
    expect((await call('/request', { parameters: {} }))[0]).toBe(502);
    rmSync(join(folder, 'request'));
    expect((await call('/request', { parameters: {} }))[0]).toBe(502);
    executables('printf "!!!!"');
    expect(await call('/request', { parameters: {} })).toEqual([200, { code: '', error: '', form: '' }]);
  });
});

describe('a call', () => {
  it('is refused without the right signature, too late, and the second time', async () => {
    executables('printf "!0!!ok!"');
    const good = { parameters: { amount: '1' } };
    const headers: Record<string, string>[] = [];
    const keep = (given: Record<string, string>) => {
      headers.push(given);
      return given;
    };
    expect((await call('/request', good, keep))[0]).toBe(200);
    expect(await call('/request', good, () => headers[0] ?? {})).toEqual([
      401,
      { error: 'the call was made before' },
    ]);
    for (const name of Object.keys(headers[0] ?? {}).filter((one) => one.startsWith('x-'))) {
      expect((await call('/request', good, ({ [name]: _, ...rest }) => rest))[0], name).toBe(401);
      expect((await call('/request', good, (all) => ({ ...all, [name]: 'f'.repeat(64) })))[0], name).toBe(
        401,
      );
    }
    expect((await call('/request', good, (all) => all, new Date(Date.now() - 300_000)))[0]).toBe(401);
    expect((await call('/request', good, (all) => all, new Date(Date.now() + 300_000)))[0]).toBe(401);
    // Signed for one path, sent to the other.
    const [status] = await call('/response', good, () =>
      bridgeHeaders(SECRET, new Date(), '/request', JSON.stringify(good)),
    );
    expect(status).toBe(401);
  });

  it('takes parameters of the middleware only, in a JSON object of a sane size', async () => {
    executables('printf "!0!!ok!"');
    for (const parameters of [
      { pathfile: '/etc/passwd' },
      { 'x=y': '1' },
      { amount: 1 },
      { amount: '1\n2' },
      null,
    ]) {
      expect((await call('/request', { parameters }))[0]).toBe(422);
    }
    expect((await call('/response', { message: 'a\u0000b' }))[0]).toBe(422);
    expect((await call('/request', 'not JSON'))[0]).toBe(400);
    expect((await call('/elsewhere', {}))[0]).toBe(404);
    expect((await fetch(`${origin}/request`)).status).toBe(405);
    const huge = call('/request', { parameters: { data: 'x'.repeat(100_000) } });
    expect(
      await huge.then(
        ([status]) => status,
        () => 413,
      ),
    ).toBe(413);
  });
});

describe('the command', () => {
  it('says what is missing', async () => {
    const { status, stderr } = await runSecretScript('sips-bridge');
    expect(status).not.toBe(0);
    expect(stderr).toContain('SIPS_BRIDGE_SECRET is not set');
  });
});
