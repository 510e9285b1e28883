/** An IdP for the benchmark of probes: every token is active, and `GET /count` says how many it was asked about. */
import { createServer } from 'node:http';

const port = Number(process.env.PORT);
const issuer = `http://localhost:${port}`;
const metadata = JSON.stringify({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/jwks`,
  introspection_endpoint: `${issuer}/introspect`,
});
let count = 0;

const server = createServer((request, response) => {
  const answer = (body: string): void => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  };
  if (request.url === '/count') {
    answer(JSON.stringify({ count }));
    return;
  }
  if (request.method !== 'POST') {
    answer(request.url === '/jwks' ? '{"keys":[]}' : metadata);
    return;
  }
  let text = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => (text += chunk));
  request.on('end', () => {
    count += 1;
    const sub = new URLSearchParams(text).get('token')?.slice('refresh-'.length);
    answer(JSON.stringify({ active: true, client_id: 'gateway', sub, exp: Math.floor(Date.now() / 1000) + 86_400 }));
  });
});
server.listen(port, '127.0.0.1');
