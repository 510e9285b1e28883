/** Where tokens come from. */
export interface TokenSource {
  readonly token: () => Promise<string | undefined>;
  /** gives another token than the one that was refused, if there is one */
  readonly renewed: (refused: string) => Promise<string | undefined>;
}

/**
 * Makes a `fetch` that gives the token to `origins` alone and asks once more, with a renewed token, after a 401. The second answer
 * is passed on, whatever it is. A redirect to another origin goes there without the token (Fetch, HTTP-redirect fetch, step 13).
 */
export function fetchWithToken(origins: readonly string[], { token, renewed }: TokenSource): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    if (!origins.includes(new URL(request.url).origin)) return fetch(request);
    const again = request.clone();
    const send = (to: Request, bearer: string | undefined) => {
      if (bearer) to.headers.set('authorization', `Bearer ${bearer}`);
      return fetch(to);
    };
    const first = await token();
    const response = await send(request, first);
    const next = response.status === 401 && first && (await renewed(first));
    return next ? send(again, next) : response;
  };
}
