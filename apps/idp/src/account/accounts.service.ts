import { Injectable } from '@nestjs/common';
import type { PersonConfig } from '../config.js';
import type { Account, PrismaClient } from '../generated/client.js';
import { hashPassword, isPassword } from './password-hash.js';

/** The people who can sign in. */
@Injectable()
export class Accounts {
  private readonly nobodysHash = hashPassword('nobody has this name');

  constructor(private readonly prisma: PrismaClient) {}

  /** Gives the person who has this `sub`. */
  async find(sub: string): Promise<Account | undefined> {
    return (await this.prisma.account.findUnique({ where: { sub } })) ?? undefined;
  }

  /** Gives the person who signs in with this name. Upper and lower case, and space around it, do not matter. */
  async findByLogin(login: string): Promise<Account | undefined> {
    const name = login.trim().toLowerCase();
    if (name.includes('\0')) return undefined; // Postgres can't even ask for it
    return (await this.prisma.account.findUnique({ where: { login: name } })) ?? undefined;
  }

  /** Gives the person when name and password belong together. Takes as long for a name that nobody has. */
  async authenticate(login: string, password: string): Promise<Account | undefined> {
    const account = await this.findByLogin(login);
    const matches = await isPassword(password, account?.passwordHash ?? (await this.nobodysHash));
    return matches ? account : undefined;
  }

  /** Writes the configured people. A person who is there already keeps `sub` and gets the rest anew; nobody is removed. */
  async seed(people: readonly PersonConfig[]): Promise<void> {
    await Promise.all(people.map((person) => this.seedOne(person)));
  }

  private async seedOne({ sub, login, name, email, password }: PersonConfig): Promise<void> {
    const before = await this.find(sub);
    const kept = before !== undefined && (await isPassword(password, before.passwordHash));
    const passwordHash = kept ? before.passwordHash : await hashPassword(password);
    const row = { login, name, email, passwordHash };
    await this.prisma.account.upsert({ where: { sub }, create: { sub, ...row }, update: row });
  }
}
