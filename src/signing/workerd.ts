/** Imported by a Worker for what it does: short messages are digested by WebAssembly there, which workerd takes only as a file. */
import module from './digests.wasm';
import { useWasmDigests } from './wasm-digests.ts';

useWasmDigests(module);
