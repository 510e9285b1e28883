import type { Clock } from '#session';
import type { ClientRegistry } from '../clients/client-registry.js';
import type { PrismaClient } from '../generated/client.js';
import { readingOrigins } from './client-origins.js';

/** How long a client that an operator has just registered, or changed, may go unnoticed. */
const KEEP_MS = 5_000;

/** The origins of all clients. A preflight does not say which client will ask (Fetch §3.2.2), so it is judged by these. */
export class RegisteredOrigins {
  private readonly configured: ReadonlySet<string>;
  private known: { readonly origins: Promise<ReadonlySet<string>>; readonly until: number } | undefined;

  constructor(
    { configured }: Pick<ClientRegistry, 'configured'>,
    private readonly prisma: PrismaClient,
    private readonly clock: Clock,
  ) {
    this.configured = new Set(configured.flatMap(readingOrigins));
  }

  /** Says whether pages of `origin` belong to any client. */
  async has(origin: string): Promise<boolean> {
    return this.configured.has(origin) || (await this.registered()).has(origin);
  }

  private registered(): Promise<ReadonlySet<string>> {
    const now = this.clock.now().getTime();
    if (this.known === undefined || now >= this.known.until) {
      const known = { origins: this.read(), until: now + KEEP_MS };
      known.origins.catch(() => {
        if (this.known === known) this.known = undefined; // so that the next one asks again
      });
      this.known = known;
    }
    return this.known.origins;
  }

  private async read(): Promise<ReadonlySet<string>> {
    const rows = await this.prisma.client.findMany({ select: { metadata: true } });
    return new Set(rows.flatMap(({ metadata }) => readingOrigins(metadata)));
  }
}
