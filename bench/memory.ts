import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { REPOSITORY } from '../scripts/stack/repository.js';
import type { Report } from './report.js';
import { BenchStack, cookieOf } from './stack.js';
import type { Server } from './start-program.js';

const BROWSERS = 10_000;

/** What 10,000 signed-in browsers cost a gateway that has seen each of them once, after collecting garbage. */
export async function memory(): Promise<Report> {
  const stack = await BenchStack.start();
  try {
    const file = join(stack.dir, 'memory.json');
    const flags = ['--expose-gc', '--import', join(REPOSITORY, 'bench/memory-probe.mjs')];
    const gateway = await stack.startGateway({ env: { MEMORY_FILE: file }, flags });
    const cookies = await stack.putSessions(gateway.origin, BROWSERS);
    const warm = await stack.putSessions(gateway.origin, 500);
    await see(gateway, warm);
    const before = await look(gateway, file);
    await see(gateway, cookies);
    const after = await look(gateway, file);
    const grown = { rssMb: after.rssMb - before.rssMb, heapMb: after.heapMb - before.heapMb };
    return {
      name: 'memory',
      rows: { before, [`after ${BROWSERS} browsers`]: after, grown },
      figures: { 'heap for 10,000 browsers, MB': grown.heapMb, 'resident for 10,000 browsers, MB': grown.rssMb },
    };
  } finally {
    await stack.stop();
  }
}

async function see({ origin }: Server, cookies: readonly string[]): Promise<void> {
  const waiting = cookies.values();
  const work = async (): Promise<void> => {
    for (const cookie of waiting) {
      const response = await fetch(`${origin}/bff/user?slide=false`, {
        headers: { cookie: cookieOf(cookie), 'x-csrf': '1' },
      });
      if (!response.ok) throw new Error(`a browser was refused: ${response.status}`);
      await response.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: 16 }, work));
}

async function look({ pid }: Server, file: string): Promise<{ readonly rssMb: number; readonly heapMb: number }> {
  await rm(file, { force: true });
  process.kill(pid, 'SIGWINCH');
  for (;;) {
    const text = await readFile(file, 'utf8').catch(() => '');
    if (text.endsWith('}')) {
      const { rss, heapUsed } = JSON.parse(text) as NodeJS.MemoryUsage;
      return { rssMb: rss / 2 ** 20, heapMb: heapUsed / 2 ** 20 };
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
