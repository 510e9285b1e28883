import { Injectable } from '@nestjs/common';
import { Clock } from '#session';
import type { PrismaClient, SessionDevice } from '../generated/client.js';

/** Longest User-Agent and address that are kept. Whoever asks writes them. */
const USER_AGENT_MAX = 512;
const ADDRESS_MAX = 64;

/** Where a session was signed in. */
export interface SignInPlace {
  /** the session's public name */
  readonly uid: string;
  readonly sub: string;
  readonly userAgent: string | undefined;
  readonly address: string | undefined;
}

/** The browsers and addresses that sessions were signed in at. */
@Injectable()
export class SessionDevices {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly clock: Clock,
  ) {}

  /** Writes down where a session was signed in; of two sign-ins in one session, the later one's place. */
  async record({ uid, sub, userAgent = '', address = '' }: SignInPlace): Promise<void> {
    const place = { sub, userAgent: storable(userAgent, USER_AGENT_MAX), address: storable(address, ADDRESS_MAX) };
    await this.prisma.sessionDevice.upsert({
      where: { uid },
      create: { uid, ...place, createdAt: this.clock.now() },
      update: place,
    });
  }

  /** Gives the places of some sessions, by the sessions' public names. */
  async of(uids: readonly string[]): Promise<ReadonlyMap<string, SessionDevice>> {
    const rows = await this.prisma.sessionDevice.findMany({ where: { uid: { in: [...uids] } } });
    return new Map(rows.map((row) => [row.uid, row]));
  }
}

/** Postgres holds no NUL. */
function storable(text: string, length: number): string {
  return text.replaceAll('\0', '').slice(0, length);
}
