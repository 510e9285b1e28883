import type { BrowserContext } from 'playwright-core';

/** Changes claims of every ID token that a token endpoint gives to a browser. Gives how many there were. */
export async function forgeIdTokens(context: BrowserContext, endpoint: string, lie: object): Promise<() => number> {
  let forged = 0;
  await context.route(endpoint, async (route) => {
    const response = await route.fetch();
    const json = (await response.json()) as { readonly id_token: string };
    const [head, body = '', signature] = json.id_token.split('.');
    const claims = { ...(JSON.parse(Buffer.from(body, 'base64url').toString()) as object), ...lie };
    const other = Buffer.from(JSON.stringify(claims)).toString('base64url');
    forged += 1;
    await route.fulfill({ response, json: { ...json, id_token: [head, other, signature].join('.') } });
  });
  return () => forged;
}
