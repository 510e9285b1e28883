import { randomUUID } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import type { TokenCipher } from '#store';
import { refusedWrite } from '../adapter/refused-write.js';
import type { Audit } from '../audit/audit.service.js';
import type { PersonConfig } from '../config.js';
import type { EndingCause } from '../endings/ending.js';
import type { SessionEndings } from '../endings/session-endings.service.js';
import type { Account, PrismaClient } from '../generated/client.js';
import { isStorable } from '../storable-text.js';
import { loginName } from './login-name.js';
import { hashPassword, isOutdated, isPassword } from './password-hash.js';
import { type PasswordFault, passwordFault } from './password-rules.js';
import { type NewPerson, type PersonChanges, type PersonView, personView } from './person-view.js';
import { seedPerson } from './seed-people.js';

/** What came of writing a person. `taken`: somebody else has this login or sub. */
export type WrittenPerson =
  | { readonly kind: 'written'; readonly person: PersonView }
  | { readonly kind: 'refused'; readonly fault: PasswordFault }
  | { readonly kind: 'taken' }
  | { readonly kind: 'unknown' };

/** How a person changes their password. */
export interface PasswordChange {
  /** a session that goes on, since the person has just signed in to it to change an expired password */
  readonly exceptUid?: string | undefined;
  readonly address?: string | undefined;
  readonly reason?: 'expired';
}

/** Which people a list names. */
export interface PeopleQuery {
  /** part of a login, a name or an e-mail address */
  readonly search?: string | undefined;
  /** the last sub of the page before */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** The people who can sign in. */
@Injectable()
export class Accounts {
  private readonly logger = new Logger('account');
  private readonly nobodysHash = hashPassword('nobody has this name');

  constructor(
    private readonly prisma: PrismaClient,
    private readonly cipher: TokenCipher,
    private readonly endings: SessionEndings,
    private readonly audit: Audit,
  ) {}

  /** Gives the person who has this `sub`. */
  async find(sub: string): Promise<Account | undefined> {
    if (!isStorable(sub)) return undefined;
    return (await this.prisma.account.findUnique({ where: { sub } })) ?? undefined;
  }

  /** Gives the person who signs in with this name. Upper and lower case, and space around it, do not matter. */
  async findByLogin(login: string): Promise<Account | undefined> {
    const name = loginName(login);
    if (!isStorable(name)) return undefined;
    return (await this.prisma.account.findUnique({ where: { login: name } })) ?? undefined;
  }

  /**
   * Gives the person when name and password belong together and no operator has shut the account. Takes as long for a
   * name that nobody has. Does not count tries: `PasswordSignIn` does.
   */
  async authenticate(login: string, password: string): Promise<Account | undefined> {
    const account = await this.findByLogin(login);
    const hash = account?.passwordHash ?? (await this.nobodysHash);
    if (!(await isPassword(password, hash)) || account === undefined || account.disabled) return undefined;
    return isOutdated(hash) ? this.rehash(account, password) : account;
  }

  /**
   * Gives a person the new password that they chose, and ends all their sessions, also the one that this was asked in,
   * and what was granted for offline use.
   *
   * @returns what is wrong with the password, and then nothing has changed; undefined when it is the password now
   */
  async changePassword(
    sub: string,
    password: string,
    { exceptUid, address, reason }: PasswordChange = {},
  ): Promise<PasswordFault | undefined> {
    const account = await this.prisma.account.findUniqueOrThrow({ where: { sub } });
    const fault = passwordFault(password, account, await isPassword(password, account.passwordHash));
    if (fault !== undefined) return fault;
    const passwordHash = await hashPassword(password);
    await this.prisma.$transaction(async (tx) => {
      await tx.account.update({ where: { sub }, data: { passwordHash, passwordExpired: false } });
      const known = { ...(address && { address }), ...(reason && { detail: { reason } }) };
      await this.audit.record({ action: 'password.changed', actor: sub, sub, ...known }, tx);
    });
    this.logger.log(`password.changed sub=${sub} reason=${reason ?? 'wanted'}`);
    await this.endSessions(sub, 'password_changed', sub, exceptUid);
    return undefined;
  }

  /** Gives people in the order of their subs. */
  async list({ search = '', after, limit }: PeopleQuery): Promise<readonly PersonView[]> {
    if (!isStorable(`${search}${after ?? ''}`)) return [];
    const contains = { contains: search, mode: 'insensitive' } as const;
    const rows = await this.prisma.account.findMany({
      where: {
        ...(search === '' ? {} : { OR: [{ login: contains }, { name: contains }, { email: contains }] }),
        ...(after === undefined ? {} : { sub: { gt: after } }),
      },
      orderBy: { sub: 'asc' },
      take: limit,
    });
    return rows.map(personView);
  }

  /** Writes a new person down. Never `unknown`. */
  async create({ sub = randomUUID(), password, ...rest }: NewPerson): Promise<WrittenPerson> {
    const person = { ...rest, login: loginName(rest.login) };
    const fault = passwordFault(password, person, false);
    if (fault !== undefined) return { kind: 'refused', fault };
    const passwordHash = await hashPassword(password);
    const { login, name, email, ...optional } = person;
    return written(this.prisma.account.create({ data: { sub, login, name, email, passwordHash, ...given(optional) } }));
  }

  /** Changes a person. A new password, or `disabled`, ends all their sessions and offline grants. */
  async update(sub: string, { password, login, ...rest }: PersonChanges): Promise<WrittenPerson> {
    const before = await this.find(sub);
    if (before === undefined) return { kind: 'unknown' };
    const changes = given({ ...rest, login: login === undefined ? undefined : loginName(login) });
    const fault = password === undefined ? undefined : passwordFault(password, { ...before, ...changes }, false);
    if (fault !== undefined) return { kind: 'refused', fault };
    const passwordHash = password === undefined ? undefined : await hashPassword(password);
    const data = given({ ...changes, passwordHash });
    const result = await written(this.prisma.account.update({ where: { sub }, data }));
    if (result.kind !== 'written') return result;
    if (result.person.disabled) await this.endSessions(sub, 'account_disabled', 'operator');
    else if (passwordHash !== undefined) await this.endSessions(sub, 'password_changed', 'operator');
    return result;
  }

  /** Ends all sessions of a person and forgets the person. A configured one comes back with the next start. */
  async remove(sub: string): Promise<boolean> {
    const shut = await this.update(sub, { disabled: true }); // first, so that no session opens in between
    if (shut.kind !== 'written') return false;
    await this.prisma.account.deleteMany({ where: { sub } });
    return true;
  }

  /** Writes the configured people; nobody is removed. */
  async seed(people: readonly PersonConfig[]): Promise<void> {
    await Promise.all(
      people.map(async (person) => {
        const hasOtherPassword = await seedPerson(this.prisma, this.cipher, person);
        if (hasOtherPassword) await this.endSessions(person.sub, 'password_changed', 'operator');
      }),
    );
  }

  /** Gives the person with the hash that the password has now; if it was changed meanwhile, with the one that it had. */
  private async rehash(account: Account, password: string): Promise<Account> {
    const passwordHash = await hashPassword(password);
    const where = { sub: account.sub, passwordHash: account.passwordHash };
    const { count } = await this.prisma.account.updateMany({ where, data: { passwordHash } });
    return count === 0 ? account : { ...account, passwordHash };
  }

  private async endSessions(sub: string, cause: EndingCause, actor: string, exceptUid?: string): Promise<void> {
    await this.endings.endAllOf(sub, { cause, actor, offlineToo: true }, exceptUid);
  }
}

/** What an operator can write of a person. */
type Columns = Partial<
  Pick<
    Account,
    'login' | 'name' | 'email' | 'emailVerified' | 'disabled' | 'autoSignIn' | 'mfaRequired' | 'passwordExpired'
  >
> & { passwordHash?: string };

/** Leaves out what is undefined: Prisma's columns take none. */
function given(row: { readonly [K in keyof Columns]: Columns[K] | undefined }): Columns {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
}

async function written(writing: Promise<Account>): Promise<WrittenPerson> {
  try {
    return { kind: 'written', person: personView(await writing) };
  } catch (error) {
    return refusedWrite(error);
  }
}
