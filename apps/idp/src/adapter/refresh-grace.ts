import Provider, { type AdapterPayload, errors } from 'oidc-provider';
import { z } from 'zod';
import type { Prisma } from '../generated/client.js';
import { type ArtifactStore, PrismaArtifacts } from './prisma-artifacts.js';
import { revokeGrants } from './revoke-grants.js';
import { storageKey } from './stored-payload.js';

const MODEL = 'RefreshToken';
/** How long a used token is kept, to notice when somebody comes with it again. */
const REMEMBERED_MS = 7 * 86_400_000;
/** When a token counts as used whose twin was used instead: too long ago for any grace. */
const SUPERSEDED = new Date(1_000);

const Payload = z.object({ predecessor: z.string().optional() });

type Client = Pick<Prisma.TransactionClient, 'artifact' | '$queryRaw'>;
type Row = NonNullable<Awaited<ReturnType<typeof rowOf>>>;

/**
 * Keeps refresh tokens that rotate. A used one that comes again was stolen, or the answer to its first use was lost on its
 * way. For a moment the latter is believed, as long as nobody has used the successor: the request gets another successor, a
 * twin. Whichever twin is used first is the right one; the others then count as used, and so does whoever has them.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700 RFC 9700} §4.14.2
 */
export class RotatingRefreshTokens extends PrismaArtifacts {
  constructor(
    private readonly kept: ArtifactStore,
    private readonly graceMs: number,
  ) {
    super(MODEL, kept);
  }

  /** A used token looks unused to the token endpoint while its second use would be believed; to nobody else. */
  override async find(id: string): Promise<AdapterPayload | undefined> {
    const found = await super.find(id);
    if (found?.consumed === undefined || Provider.ctx?.oidc.route !== 'token') return found;
    const row = await rowOf(this.kept.prisma, storageKey(id));
    return row !== null && (await this.isForgiven(this.kept.prisma, row)) ? { ...found, consumed: undefined } : found;
  }

  /** Remembers which token a new one came after. @throws errors.InvalidGrant when a twin has been used meanwhile */
  override async upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void> {
    const before = Provider.ctx?.oidc.entities.RotatedRefreshToken;
    if (before === undefined || before.jti === id) return super.upsert(id, payload, expiresIn);
    const predecessor = storageKey(before.jti);
    await super.upsert(id, { ...payload, predecessor }, expiresIn);
    const late = await this.kept.prisma.$transaction(async (tx) => {
      await lock(tx, predecessor);
      return hasUsedSuccessor(tx, predecessor, before.grantId ?? null);
    });
    if (late) await this.refuse(before.grantId ?? null);
  }

  /** @throws errors.InvalidGrant when it was used before, and that is not to be believed; the grant is then gone */
  override async consume(id: string): Promise<void> {
    const row = await rowOf(this.kept.prisma, storageKey(id));
    if (row === null) throw new errors.InvalidGrant(`${MODEL} not found`);
    const { predecessor } = Payload.parse(row.payload);
    const accepted =
      predecessor === undefined // then there is no twin, and one statement is enough
        ? await this.use(this.kept.prisma, row)
        : await this.kept.prisma.$transaction((tx) => this.use(tx, row, predecessor));
    if (!accepted) await this.refuse(row.grantId);
  }

  private async use(tx: Client, row: Row, predecessor?: string): Promise<boolean> {
    if (predecessor !== undefined) await lock(tx, predecessor); // so that of two twins only one is the first
    const now = this.kept.clock.now();
    const remembered = new Date(now.getTime() + REMEMBERED_MS);
    const expiresAt = row.expiresAt === null || row.expiresAt > remembered ? remembered : row.expiresAt;
    const data = { consumedAt: now, expiresAt };
    const { count } = await tx.artifact.updateMany({ where: { model: MODEL, id: row.id, consumedAt: null }, data });
    if (count === 0) {
      const used = await rowOf(tx, row.id);
      return used !== null && (await this.isForgiven(tx, used));
    }
    if (predecessor !== undefined) {
      const twins = { ...successorsOf(predecessor, row.grantId), consumedAt: null };
      await tx.artifact.updateMany({ where: twins, data: { consumedAt: SUPERSEDED, expiresAt: remembered } });
    }
    return true;
  }

  private async isForgiven(client: Client, { id, grantId, consumedAt }: Row): Promise<boolean> {
    if (consumedAt === null) return true;
    if (consumedAt.getTime() <= this.kept.clock.now().getTime() - this.graceMs) return false;
    return !(await hasUsedSuccessor(client, id, grantId));
  }

  /** Ends what the grant gave, whoever has it: nobody can tell the thief from the client. */
  private async refuse(grantId: string | null): Promise<never> {
    await revokeGrants(this.kept.prisma, grantId === null ? [] : [grantId]);
    throw new errors.InvalidGrant(`${MODEL} already used`);
  }
}

function rowOf(client: Client, id: string) {
  return client.artifact.findUnique({ where: { model_id: { model: MODEL, id } } });
}

async function hasUsedSuccessor(client: Client, id: string, grantId: string | null): Promise<boolean> {
  const used = { ...successorsOf(id, grantId), consumedAt: { not: null } };
  return (await client.artifact.count({ where: used })) > 0;
}

/** The grant's index finds them. */
function successorsOf(id: string, grantId: string | null) {
  return { model: MODEL, grantId, payload: { path: ['predecessor'], equals: id } };
}

async function lock(tx: Client, id: string): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM "Artifact" WHERE "model" = ${MODEL} AND "id" = ${id} FOR UPDATE`;
}
