/** The limit of the benchmark of probes: the same HTTP client as the session-poller has, in a loop that does nothing else. */
const { STUB = '', CONCURRENCY = '1', TOKENS = '1' } = process.env;
const authorization = `Basic ${Buffer.from('gateway:secret-of-the-gateway').toString('base64')}`;
let next = 0;

async function ask(): Promise<void> {
  for (;;) {
    next = (next + 1) % Number(TOKENS);
    const response = await fetch(`${STUB}/introspect`, {
      method: 'POST',
      headers: { accept: 'application/json', authorization },
      body: new URLSearchParams({ token: `refresh-person-${next}`, token_type_hint: 'refresh_token' }),
    });
    const { active } = (await response.json()) as { readonly active: boolean };
    if (!active) throw new Error('the stub said no');
  }
}

await Promise.all(Array.from({ length: Number(CONCURRENCY) }, ask));
