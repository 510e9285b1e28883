/**
 * The limit of the benchmark of probes: an HTTP client in a loop that does nothing else. `CLIENT` is `http`, Node's own, which the
 * session-poller uses, or `fetch`, which most programs use.
 */
import { Agent, request } from 'node:http';

const { STUB = '', CONCURRENCY = '1', TOKENS = '1', CLIENT = 'http' } = process.env;
const authorization = `Basic ${Buffer.from('gateway:secret-of-the-gateway').toString('base64')}`;
const agent = new Agent({ keepAlive: true });
const send = CLIENT === 'fetch' ? byFetch : byHttp;
let next = 0;

async function ask(): Promise<void> {
  for (;;) {
    next = (next + 1) % Number(TOKENS);
    const form = new URLSearchParams({ token: `refresh-person-${next}`, token_type_hint: 'refresh_token' });
    const { active } = JSON.parse(await send(form)) as { readonly active: boolean };
    if (!active) throw new Error('the stub said no');
  }
}

async function byFetch(body: URLSearchParams): Promise<string> {
  const headers = { accept: 'application/json', authorization };
  return (await fetch(`${STUB}/introspect`, { method: 'POST', headers, body })).text();
}

function byHttp(form: URLSearchParams): Promise<string> {
  const type = 'application/x-www-form-urlencoded';
  const headers = { accept: 'application/json', authorization, 'content-type': type };
  return new Promise((resolve, reject) => {
    const sent = request(`${STUB}/introspect`, { method: 'POST', agent, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        resolve(Buffer.concat(chunks).toString('utf8'));
      });
    });
    sent.on('error', reject).end(form.toString());
  });
}

await Promise.all(Array.from({ length: Number(CONCURRENCY) }, ask));
