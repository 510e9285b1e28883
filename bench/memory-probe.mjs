/** Loaded into a server before its own code: on SIGWINCH, which stops nobody, it collects garbage and writes down how much memory is left in use. */
import { writeFileSync } from 'node:fs';

process.on('SIGWINCH', () => {
  for (let n = 0; n < 3; n += 1) globalThis.gc?.();
  writeFileSync(process.env.MEMORY_FILE, JSON.stringify(process.memoryUsage()));
});
