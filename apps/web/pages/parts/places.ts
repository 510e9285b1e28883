/** Where the demo's pages are: an origin by name. */
export type Places = ReadonlyMap<string, string>;

/** Asks the web server where the pages are. Nowhere, when it can't say. */
export async function readPlaces(): Promise<Places> {
  try {
    const response = await fetch('/site.json', { cache: 'no-store', redirect: 'error' });
    return response.ok ? toPlaces(await response.json()) : new Map();
  } catch {
    return new Map();
  }
}

interface Site {
  readonly frontEnds: readonly { readonly name: string; readonly origin: string }[];
  readonly timeline: string;
}

function toPlaces(site: unknown): Places {
  const { frontEnds, timeline } = site as Site;
  return new Map([...frontEnds.map(({ name, origin }) => [name, origin] as const), ['timeline', timeline]]);
}

/** Points a link at a place; without one it stays where it is, and is no link. */
export function pointAt(link: HTMLAnchorElement, origin: string | undefined): void {
  if (origin !== undefined && /^https?:\/\//.test(origin)) link.href = origin;
  else link.removeAttribute('href');
}
