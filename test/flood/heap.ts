/**
 * What the Worker's JavaScript keeps, from the inspector of the local server. It is what tells whether strangers can fill the memory: the
 * process itself grows with everything that its allocator has ever lent out, and gives little of it back.
 */

const TIMEOUT_MS = 20_000;

/** Collections that are made before the heap is measured: what the first one frees may hold more. */
const COLLECTIONS = 3;

const MIB = 1024 * 1024;

interface Heap {
  /** MiB that are in use after garbage was collected, what lies outside the heap included. */
  kept(): Promise<number>;
  close(): void;
}

interface Usage {
  readonly usedSize: number;
  readonly embedderHeapUsedSize?: number;
  readonly backingStorageSize?: number;
}

/** Connects to the inspector at a port of this machine. @throws Error when it does not answer. */
export async function openHeap(port: number): Promise<Heap> {
  const targets: readonly { readonly webSocketDebuggerUrl: string }[] = await (
    await fetch(`http://127.0.0.1:${port}/json`)
  ).json();
  // Wrangler takes calls of its own pages alone. Node's constructor takes headers, and the types of Workers know none.
  const init = { headers: { Origin: 'http://localhost' } };
  const socket: WebSocket = Reflect.construct(WebSocket, [targets[0]?.webSocketDebuggerUrl, init]);
  await new Promise<void>((opened, failed) => {
    socket.addEventListener('open', () => opened());
    socket.addEventListener('error', () => failed(new Error('the inspector of the server does not answer')));
  });
  const waiting = new Map<number, (result: unknown) => void>();
  socket.addEventListener('message', ({ data }) => {
    const text = String(data);
    // The log of the Worker comes along, and is not wanted.
    if (text.includes('"method":')) return;
    const { id, result } = JSON.parse(text) as { readonly id: number; readonly result: unknown };
    waiting.get(id)?.(result);
    waiting.delete(id);
  });
  let last = 1_000_000;
  const call = (method: string) =>
    new Promise<unknown>((answered, failed) => {
      const id = last++;
      const timer = setTimeout(() => failed(new Error(`${method}: no answer of the inspector`)), TIMEOUT_MS);
      waiting.set(id, (result) => {
        clearTimeout(timer);
        answered(result);
      });
      socket.send(JSON.stringify({ id, method }));
    });
  // Wrangler has asked for every message and every request, and keeps them all until somebody reads them.
  for (const method of ['Network.disable', 'Runtime.disable'])
    socket.send(JSON.stringify({ id: last++, method }));
  return {
    async kept() {
      for (let count = 0; count < COLLECTIONS; count++) await call('HeapProfiler.collectGarbage');
      const usage = (await call('Runtime.getHeapUsage')) as Usage;
      return (usage.usedSize + (usage.embedderHeapUsedSize ?? 0) + (usage.backingStorageSize ?? 0)) / MIB;
    },
    close: () => socket.close(),
  };
}
