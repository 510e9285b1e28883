import { z } from 'zod';

/**
 * Gives the `fetch` of the engine's outgoing calls. The engine passes a dispatcher that refuses loopback and private
 * addresses, so that a client's metadata can't make the IdP call its own network. Hosts of `allowed` go without it; a call
 * to any other host that comes without it is refused, since the engine only warns when it can't make one.
 */
export function outgoingFetch(allowed: readonly string[]): typeof fetch {
  const hosts = new Set(allowed);
  return async (input, init) => {
    const { hostname } = new URL(input instanceof Request ? input.url : input);
    // No redirect is followed: it could lead anywhere in the private network.
    if (hosts.has(hostname)) return fetch(input, { ...withoutDispatcher(init), redirect: 'manual' });
    if (init?.dispatcher === undefined) throw new Error(`a call to ${hostname} without its guard was refused`);
    return fetch(input, init).catch((error: unknown) => {
      throw GuardsError.safeParse(error).success ? new Error(refusalOf(hostname)) : error;
    });
  };
}

/** The guard's error has no code: only its words tell it from a network's. They decide nothing but what the log says. */
const GuardsError = z.object({ cause: z.object({ message: z.string().includes('special-use IP address') }) });

function refusalOf(hostname: string): string {
  return `${hostname} is on loopback or a private network: name it in IDP_PRIVATE_HOSTS_ALLOWED if that is right`;
}

function withoutDispatcher(init: RequestInit | undefined): RequestInit {
  return Object.fromEntries(Object.entries(init ?? {}).filter(([key]) => key !== 'dispatcher'));
}
