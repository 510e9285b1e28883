import { afterAll, beforeAll } from '@jest/globals';
import { HubDatabase } from '#store';
import { type Apps, appsForSuite } from './apps.js';
import { freshDatabase } from './databases.js';
import { type GatewayUnderTest, startGateway, usualSites } from './gateway.js';
import { ScriptedIdp } from './scripted-idp.js';
import { TcpSwitch } from './tcp-switch.js';
import { type Seen, Visitor } from './visitor.js';

/** A visitor whose connections are never used again: a load balancer may have cut them. */
export class LoneVisitor extends Visitor {
  override send(url: string, init: RequestInit): Promise<Seen> {
    return super.send(url, { ...init, headers: { ...(init.headers as Record<string, string>), connection: 'close' } });
  }
}

/** Replicas of one gateway behind one address, on one hub, whose Postgres can go away from them. */
export class Replicas {
  private constructor(
    private readonly apps: Apps,
    readonly idp: ScriptedIdp,
    readonly hubUrl: string,
    readonly database: HubDatabase,
    /** what the front end's address leads to */
    readonly front: TcpSwitch,
    /** what leads to Postgres, for replicas only */
    readonly postgres: TcpSwitch,
  ) {}

  static async start(apps: Apps): Promise<Replicas> {
    const [idp, url, front] = await Promise.all([ScriptedIdp.start(), freshDatabase('hub'), TcpSwitch.start()]);
    const postgres = await TcpSwitch.start(Number(new URL(url).port));
    return new Replicas(apps, idp, url, new HubDatabase(url), front, postgres);
  }

  get address(): string {
    return `http://localhost:${this.front.port}`;
  }

  /** Starts one more. It has asked the IdP nothing yet. */
  async one(): Promise<GatewayUnderTest> {
    const hubUrl = new URL(this.hubUrl);
    hubUrl.host = `127.0.0.1:${this.postgres.port}`;
    return startGateway(this.apps, this.idp, hubUrl.href, { GATEWAY_URL: this.address }, ({ issuer }) =>
      usualSites({ issuer, origins: [this.address] }),
    );
  }

  /** Postgres is back. */
  mend(): void {
    this.postgres.to(Number(new URL(this.hubUrl).port));
  }

  rowsOf(sub: string) {
    return this.database.ssoSession.findMany({ where: { sub }, include: { browserSessions: true } });
  }

  async stop(): Promise<void> {
    await this.database.$disconnect();
    await Promise.all([this.front.stop(), this.postgres.stop(), this.idp.stop()]);
  }
}

/** Gives this suite the means; replicas of it end after the last test. */
export function replicasForSuite(): { readonly replicas: () => Replicas; readonly apps: () => Apps } {
  const apps = appsForSuite();
  let replicas: Replicas | undefined;
  beforeAll(async () => {
    replicas = await Replicas.start(apps());
  }, 60_000);
  afterAll(() => replicas?.stop());
  return { replicas: () => replicas!, apps };
}
