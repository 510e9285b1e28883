import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as engine from '@prisma/schema-engine-wasm/schema_engine_bg';

/**
 * Loads the engine's WebAssembly and gives its module.
 *
 * The package's own entry point imports the `.wasm` file as an ES module, which Node 20 cannot do without a flag.
 */
export function loadEngine() {
  // A Rust panic calls this registry; without it the only trace of a panic is a TypeError about `undefined`.
  globalThis.PRISMA_WASM_PANIC_REGISTRY = { set_message: (message) => process.stderr.write(message + '\n') };
  const file = fileURLToPath(new URL('schema_engine_bg.wasm', import.meta.resolve('@prisma/schema-engine-wasm')));
  const wasm = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file)), {
    './schema_engine_bg.js': engine,
  });
  engine.__wbg_set_wasm(wasm.exports);
  wasm.exports.__wbindgen_start();
  return engine;
}
