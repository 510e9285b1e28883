/**
 * Gives the `fetch` of the engine's outgoing calls. The engine passes a dispatcher that refuses loopback and private
 * addresses, so that a client's metadata can't make the IdP call its own network. Hosts of `allowed` go without it; a call
 * to any other host that comes without it is refused, since the engine only warns when it can't make one.
 */
export function outgoingFetch(allowed: readonly string[]): typeof fetch {
  const hosts = new Set(allowed);
  return async (input, init) => {
    const { hostname } = new URL(input instanceof Request ? input.url : input);
    if (hosts.has(hostname)) return fetch(input, withoutDispatcher(init));
    if (init?.dispatcher === undefined) throw new Error(`a call to ${hostname} without its guard was refused`);
    return fetch(input, init);
  };
}

function withoutDispatcher(init: RequestInit | undefined): RequestInit {
  return Object.fromEntries(Object.entries(init ?? {}).filter(([key]) => key !== 'dispatcher'));
}
