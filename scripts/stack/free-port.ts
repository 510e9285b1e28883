import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

const given = new Set<number>();

/**
 * Finds a TCP port that is free on 127.0.0.1, and gives none twice.
 *
 * It lies below the range from which systems take the ports of outgoing connections, so that a server that is down
 * for a moment finds its port free when it comes back.
 */
export async function freePort(): Promise<number> {
  const port = randomInt(12_000, 32_000);
  if (given.has(port) || !(await isFree(port))) return freePort();
  given.add(port);
  return port;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
