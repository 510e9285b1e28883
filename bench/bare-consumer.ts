/** The limit of the benchmark of refusals: an ordered consumer of JetStream that reads each message, and does nothing else. */
import { createServer } from 'node:http';
import { jetstream } from '@nats-io/jetstream';
import { connectNats } from '#bus';
import { HeardTimes } from './heard-times.js';

const { PORT, NATS_URL = '', STREAM = '' } = process.env;
const heard = new HeardTimes();
const connection = await connectNats(NATS_URL, 'bench');
const consumer = await jetstream(connection).consumers.get(STREAM);
const messages = await consumer.consume();
createServer((request, response) => {
  const id = /^\/heard\/(.+)$/.exec(request.url ?? '')?.[1];
  if (id === undefined) response.end();
  else void heard.when(decodeURIComponent(id)).then((atMs) => response.end(JSON.stringify({ atMs })));
}).listen(Number(PORT), '127.0.0.1');
for await (const message of messages) heard.note(message.json<{ readonly id: string }>().id);
