import { z } from 'zod';
import { type SsfLease, type SsfReply, type SsfStream, type SsfStreamKey, SsfStreams } from '#session';
import type { SsfStreamModel } from './generated/hub/models.js';
import type { Prisma } from './generated/hub/client.js';
import type { HubDatabase } from './hub-database.js';

const Status = z.enum(['enabled', 'paused', 'disabled']).catch('disabled');
const Replies = z.array(
  z.object({ jti: z.string(), refused: z.object({ err: z.string(), description: z.string() }).optional() }),
);

/** {@link SsfStreams} in the hub's Postgres. */
export class PrismaSsfStreams extends SsfStreams {
  constructor(private readonly database: HubDatabase) {
    super();
  }

  async claim(key: SsfStreamKey, lease: SsfLease, now: Date): Promise<SsfStream | undefined> {
    await this.database.ssfStream.createMany({ data: [key], skipDuplicates: true });
    const isFree = { OR: [{ leaseUntil: null }, { leaseUntil: { lte: now } }, { leaseId: lease.id }] };
    const { count } = await this.database.ssfStream.updateMany({
      where: { ...key, ...isFree },
      data: { leaseId: lease.id, leaseUntil: lease.until },
    });
    return count === 1 ? this.read(key) : undefined;
  }

  async save(key: SsfStreamKey, leaseId: string, changes: Partial<SsfStream>): Promise<boolean> {
    const { replies, status, failures, ...columns } = changes;
    const { count } = await this.database.ssfStream.updateMany({
      where: { ...key, leaseId },
      data: {
        ...withNulls(columns),
        ...(status === undefined ? {} : { status }),
        ...(failures === undefined ? {} : { failures }),
        ...(replies === undefined ? {} : { acks: replies.map(toJson) }),
      },
    });
    return count === 1;
  }

  async release(key: SsfStreamKey, leaseId: string): Promise<void> {
    await this.database.ssfStream.updateMany({
      where: { ...key, leaseId },
      data: { leaseId: null, leaseUntil: null },
    });
  }

  async read(key: SsfStreamKey): Promise<SsfStream | undefined> {
    const row = await this.database.ssfStream.findUnique({ where: { transmitter_audience: key } });
    return row === null ? undefined : toStream(row);
  }
}

function toStream(row: SsfStreamModel): SsfStream {
  return {
    streamId: row.streamId ?? undefined,
    pollEndpoint: row.pollEndpoint ?? undefined,
    status: Status.parse(row.status),
    replies: Replies.safeParse(row.acks).data ?? [], // unreadable: the tokens come again
    verifyState: row.verifyState ?? undefined,
    verifyAskedAt: row.verifyAskedAt ?? undefined,
    verifyDueAt: row.verifyDueAt ?? undefined,
    verifiedAt: row.verifiedAt ?? undefined,
    polledAt: row.polledAt ?? undefined,
    failures: row.failures,
  };
}

function toJson({ jti, refused }: SsfReply): Prisma.InputJsonObject {
  return refused === undefined ? { jti } : { jti, refused };
}

/** What is there and undefined is to be forgotten. */
function withNulls<T extends object>(changes: T): { [K in keyof T]: Exclude<T[K], undefined> | null } {
  const entries = Object.entries(changes).map(([name, value]): [string, unknown] => [name, value ?? null]);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> | null };
}
