import { Body, Controller, Delete, Get, Param, Patch, Post, Query, UseGuards } from '@nestjs/common';
import { z } from 'zod';
import { Accounts } from '../account/accounts.service.js';
import { type PersonView, personView } from '../account/person-view.js';
import { Audit } from '../audit/audit.service.js';
import { SecondFactor } from '../mfa/second-factor.service.js';
import { BearerGuard } from './bearer.guard.js';
import { type Exchange, Http, Operator, type OperatorBy } from './operator.decorator.js';
import { pageOf } from './page-of.js';
import { personOf, personUnknown } from './person-problems.js';
import { paging, readBody, readQuery, text } from './read-request.js';

const List = z.strictObject({ ...paging, search: text.optional() });

const Changes = z.strictObject({
  login: z.string().trim().min(1).max(200).optional(),
  name: z.string().trim().min(1).max(200).optional(),
  email: z.email().max(254).optional(),
  emailVerified: z.boolean().optional(),
  password: z.string().max(1024).optional(),
  disabled: z.boolean().optional(),
  mfaRequired: z.boolean().optional(),
  passwordExpired: z.boolean().optional(),
  autoSignIn: z.boolean().optional(),
});

const NewPerson = Changes.required({ login: true, name: true, email: true, password: true }).extend({
  sub: z
    .string()
    .regex(/^[\w.~@:-]{1,100}$/, 'must be 1 to 100 letters, digits or any of _ . ~ @ : -')
    .optional(),
});

/** The people who can sign in. */
@Controller('admin/people')
@UseGuards(BearerGuard)
export class PeopleController {
  constructor(
    private readonly accounts: Accounts,
    private readonly secondFactor: SecondFactor,
    private readonly audit: Audit,
  ) {}

  /** Gives people in the order of their subs. */
  @Get()
  async list(@Query() query: unknown, @Http() http: Exchange): Promise<readonly PersonView[]> {
    const { limit, search, after } = readQuery(List, query);
    return pageOf(http, await this.accounts.list({ search, after, limit: limit + 1 }), limit, ({ sub }) => sub);
  }

  @Get(':sub')
  async one(@Param('sub') sub: string): Promise<PersonView> {
    const account = await this.accounts.find(sub);
    if (account === undefined) throw personUnknown();
    return personView(account);
  }

  @Post()
  async create(@Body() body: unknown, @Operator() by: OperatorBy, @Http() http: Exchange): Promise<PersonView> {
    const person = personOf(await this.accounts.create(readBody(NewPerson, body)));
    await this.audit.record({ action: 'person.created', ...by, sub: person.sub });
    http.reply.header('location', `/admin/people/${encodeURIComponent(person.sub)}`);
    return person;
  }

  /** Changes a person. `disabled: true` and a new password end all their sessions, and what was granted for offline use. */
  @Patch(':sub')
  async change(@Param('sub') sub: string, @Body() body: unknown, @Operator() by: OperatorBy): Promise<PersonView> {
    const changes = readBody(Changes, body);
    const person = personOf(await this.accounts.update(sub, changes));
    await this.audit.record({ action: 'person.changed', ...by, sub, detail: { members: Object.keys(changes) } });
    return person;
  }

  /** Ends all sessions of a person and forgets them. */
  @Delete(':sub')
  async remove(@Param('sub') sub: string, @Operator() by: OperatorBy): Promise<{ readonly removed: true }> {
    if (!(await this.accounts.remove(sub))) throw personUnknown();
    await this.audit.record({ action: 'person.removed', ...by, sub });
    return { removed: true };
  }

  /** Takes the second factor away. All sessions end, and what was granted for offline use. */
  @Delete(':sub/mfa')
  async resetMfa(@Param('sub') sub: string, @Operator() by: OperatorBy): Promise<{ readonly reset: boolean }> {
    if ((await this.accounts.find(sub)) === undefined) throw personUnknown();
    return { reset: await this.secondFactor.reset(sub, by.actor, { address: by.address }) };
  }
}
