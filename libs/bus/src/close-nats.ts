import type { NatsConnection } from '@nats-io/transport-node';

const DRAIN_MS = 2_000;

/** Closes a connection: lets what is under way go out, unless the server is away, for which nobody waits. */
export async function closeNats(connection: NatsConnection | undefined): Promise<void> {
  if (connection === undefined || connection.isClosed()) return;
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, DRAIN_MS);
  });
  await Promise.race([connection.drain().catch(() => undefined), limit]);
  clearTimeout(timer);
  await connection.close();
}
