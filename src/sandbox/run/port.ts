/** The port of the local Worker: as PORT says, and free. */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

const DEFAULT_PORT = 8787;
const LAST_PORT = 65_535;

/**
 * The port that is asked for.
 * @throws Error when it is none.
 */
export function portOf(text: string | undefined): number {
  if (text === undefined || text === '') return DEFAULT_PORT;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > LAST_PORT)
    throw new Error(`PORT is a number from 1 to ${LAST_PORT}, not ${JSON.stringify(text)}`);
  return port;
}

/** Whether nobody listens at an address of this machine; an address that it does not have counts as free. */
function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT');
    });
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** @throws Error that says how to take another port, when this one is taken: another server would answer in our name. */
export async function requireFreePort(port: number, command: string): Promise<void> {
  for (const host of ['127.0.0.1', '::1']) {
    if (await isFree(port, host)) continue;
    const other = port < LAST_PORT ? port + 1 : port - 1;
    throw new Error(
      `port ${port} is taken by another program: stop that one, or take another port with PORT=${other} ${command}`,
    );
  }
}

/** Ports that no system gives to a connection or a listener by itself: what is free among them stays so until somebody asks for it. */
const ASKED_FOR_ALONE = [10_000, 32_768] as const;

/** A port that nobody has on this machine now. @param wanted is taken if it is free. */
export async function freePort(wanted = randomInt(...ASKED_FOR_ALONE)): Promise<number> {
  const hosts = await Promise.all(['127.0.0.1', '::1'].map((host) => isFree(wanted, host)));
  return hosts.every(Boolean) ? wanted : freePort();
}
