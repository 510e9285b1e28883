import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type ClientMetadata, errors } from 'oidc-provider';
import { refusedWrite } from '../adapter/refused-write.js';
import { Audit, type By } from '../audit/audit.service.js';
import { Engine } from '../authorize/engine.js';
import type { Prisma, PrismaClient } from '../generated/client.js';
import { isStorable } from '../storable-text.js';
import { ClientRegistry } from './client-registry.js';
import { engineMetadata } from './client-settings.js';
import { type ClientView, configuredView, registeredView } from './client-view.js';
import { hashedSecret, makeSecret } from './hashed-secret.js';

/** Members of a client as an operator gives them; `null` takes one away. */
export type ClientMembers = Readonly<Record<string, unknown>>;

/** What came of an order about a client. */
export type Registration =
  | { readonly kind: 'done'; readonly client: ClientView }
  /** the engine refuses what the members mean together */
  | { readonly kind: 'refused'; readonly fault: string }
  /** somebody has this id */
  | { readonly kind: 'taken' }
  | { readonly kind: 'unknown' }
  /** it is a client of the configuration, which is changed there */
  | { readonly kind: 'configured' }
  /** it proves itself without a secret */
  | { readonly kind: 'without_secret' };

/** Ways in which a client proves itself with a secret; the first is what it gets that names none. */
const WITH_SECRET: readonly unknown[] = [undefined, 'client_secret_basic', 'client_secret_post'];

/** A client's row as it was read. */
interface Changeable {
  readonly metadata: ClientMembers;
  readonly seen: Date;
}

/** How a row is written. */
interface Writing {
  readonly action: 'client.registered' | 'client.changed' | 'client.secret_renewed';
  /** when the row was last written; undefined for a new one */
  readonly seen?: Date;
  readonly members?: string[];
}

const MOST_TRIES = 5;

/** The clients that operators register, change and look at. */
@Injectable()
export class ClientRegistrations {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly registry: ClientRegistry,
    private readonly engine: Engine,
    private readonly audit: Audit,
  ) {}

  /** Gives clients in the order of their ids. They are few, so all are read. No secret is among them. */
  async list(after: string | undefined, limit: number): Promise<readonly ClientView[]> {
    const configured = this.registry.configured.map(configuredView);
    const taken = new Set(configured.map(({ client_id }) => client_id));
    const registered = (await this.prisma.client.findMany()).filter(({ id }) => !taken.has(id)).map(registeredView);
    return [...configured, ...registered]
      .filter(({ client_id }) => after === undefined || client_id > after)
      .toSorted((a, b) => (a.client_id < b.client_id ? -1 : 1))
      .slice(0, limit);
  }

  /** Gives one client. */
  async find(clientId: string): Promise<ClientView | undefined> {
    const configured = this.configuredOf(clientId);
    if (configured !== undefined) return configuredView(configured);
    const row = await this.rowOf(clientId);
    return row === undefined ? undefined : registeredView(row);
  }

  /** Registers a client. One that proves itself with a secret is given one, in this answer alone. */
  async register(members: ClientMembers & { readonly client_id?: string | undefined }, by: By): Promise<Registration> {
    const id = members.client_id ?? randomBytes(16).toString('base64url');
    if (this.configuredOf(id) !== undefined) return { kind: 'taken' };
    return this.write({ ...members, client_id: id }, by, { action: 'client.registered' });
  }

  /** Changes a client. One that from now on proves itself with a secret, and had none, is given one, in this answer alone. */
  async change(clientId: string, changes: ClientMembers, by: By): Promise<Registration> {
    return this.rewrite(clientId, async ({ metadata, seen }) => {
      const merged = Object.entries({ ...metadata, ...changes }).filter(([, value]) => value !== null);
      return this.write(Object.fromEntries(merged), by, {
        action: 'client.changed',
        seen,
        members: Object.keys(changes),
      });
    });
  }

  /** Gives a client another secret, in this answer alone. The old one proves nothing from then on. */
  async renewSecret(clientId: string, by: By): Promise<Registration> {
    return this.rewrite(clientId, async ({ metadata, seen }) => {
      const { client_secret: secret, ...rest } = metadata;
      if (secret === undefined) return { kind: 'without_secret' };
      return this.write(rest, by, { action: 'client.secret_renewed', seen });
    });
  }

  /** Writes what follows from the row as it is, again if another operator was faster: or an old secret could come back. */
  private async rewrite(clientId: string, once: (row: Changeable) => Promise<Registration>): Promise<Registration> {
    for (let tries = 1; ; tries += 1) {
      const before = await this.changeable(clientId);
      if ('kind' in before) return before;
      const result = await once(before);
      if (result.kind !== 'unknown' || tries === MOST_TRIES) return result; // `unknown`: not that row any more
    }
  }

  /** Gives what an order may change; otherwise why not. */
  async changeable(clientId: string): Promise<Changeable | { readonly kind: 'configured' | 'unknown' }> {
    if (this.configuredOf(clientId) !== undefined) return { kind: 'configured' };
    const row = await this.rowOf(clientId);
    return row === undefined
      ? { kind: 'unknown' }
      : { metadata: row.metadata as Prisma.JsonObject, seen: row.updatedAt };
  }

  private async write(
    members: ClientMembers,
    by: By,
    { action, seen, members: changed }: Writing,
  ): Promise<Registration> {
    const { client_secret: kept, ...rest } = withoutAbsent(members);
    const usesSecret = WITH_SECRET.includes(rest.token_endpoint_auth_method);
    const secret = usesSecret && kept === undefined ? makeSecret() : undefined;
    const hash = secret === undefined ? kept : hashedSecret(secret);
    const id = String(rest.client_id);
    const metadata = { ...rest, client_id: id, ...(usesSecret ? { client_secret: hash } : {}) };
    const fault = await this.faultOf(metadata);
    if (fault !== undefined) return { kind: 'refused', fault };
    const json = metadata as Prisma.InputJsonObject; // it was read from JSON
    try {
      const row = await this.prisma.$transaction(async (tx) => {
        await this.audit.record({ action, ...by, clientId: id, ...(changed && { detail: { members: changed } }) }, tx);
        if (seen === undefined) return tx.client.create({ data: { id, metadata: json } });
        return tx.client.update({ where: { id, updatedAt: seen }, data: { metadata: json } });
      });
      const view = registeredView(row);
      return { kind: 'done', client: secret === undefined ? view : { ...view, client_secret: secret } };
    } catch (error) {
      return refusedWrite(error);
    }
  }

  /** The engine judges what the members mean together, with the keys of this moment. */
  private async faultOf(metadata: ClientMembers & Pick<ClientMetadata, 'client_id'>): Promise<string | undefined> {
    try {
      await this.engine.provider.Client.validate(engineMetadata(metadata));
      return undefined;
    } catch (error) {
      if (!(error instanceof errors.OIDCProviderError)) throw error;
      return error.error_description ?? error.error;
    }
  }

  private configuredOf(clientId: string): ClientMetadata | undefined {
    return this.registry.configured.find(({ client_id }) => client_id === clientId);
  }

  private async rowOf(clientId: string) {
    if (!isStorable(clientId)) return undefined;
    return (await this.prisma.client.findUnique({ where: { id: clientId } })) ?? undefined;
  }
}

function withoutAbsent(members: ClientMembers): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
