/** A relay that publishes what waits and then hangs before it writes that down: `relay-that-hangs.mjs <database> <nats>`. */
import { JetStreamPublisher, logoutStream } from '#bus';
import { SystemClock } from '#http';
import { PgOutbox } from '#store';

const [, , database = '', nats = ''] = process.argv;
const publisher = new JetStreamPublisher(nats, 'hangs', logoutStream(1));
await publisher.start();
const batch = await new PgOutbox(database, new SystemClock(), Math.random).take(1_000, 0n);
await Promise.all(batch.rows.map((row) => publisher.publish(row)));
process.stdout.write('published\n');
setInterval(() => undefined, 1_000);
