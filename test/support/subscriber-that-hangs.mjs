/** A service that applies a message, and then hangs before it tells the broker: `subscriber-that-hangs.mjs <nats> <stream>`. */
import { JetStreamServer } from '#bus';

const [, , urls = '', name = ''] = process.argv;
const spec = { subjects: [], replicas: 1, maxAgeMs: 3_600_000, duplicateWindowMs: 60_000 };
const server = new JetStreamServer({
  ...{ urls, stream: { ...spec, name, subjects: [`${name}.>`] }, service: 'notes', filterSubject: `${name}.>` },
  deadLetters: { stream: { ...spec, name: 'DLQ', subjects: ['dlq.>'] }, subject: 'dlq' },
  patternOf: () => 'numbered',
  failureOf: () => 'transient',
  ackWaitMs: 1_000,
});
const apply = ({ id }) => {
  process.stdout.write(`${id}\n`);
  return new Promise(() => undefined);
};
server.addHandler('numbered', apply, true);
server.listen(() => undefined);
