import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { problem } from '#http';
import { z } from 'zod';
import { KeyRing, type ListedKey, type Removal } from '../keys/key-ring.js';
import { KeySwitch } from '../keys/key-switch.js';
import { KEY_ALGORITHMS, type KeyAlgorithm, type KeyState, ONLY_VERIFIES } from '../keys/signing-key.js';
import { BearerGuard } from './bearer.guard.js';
import { Operator, type OperatorBy } from './operator.decorator.js';
import { readBody, readQuery } from './read-request.js';

const Rotation = z.strictObject({ alg: z.enum(KEY_ALGORITHMS).default('RS256'), now: z.boolean().default(false) });
const Parameters = z.strictObject({ compromised: z.literal('true', 'can only be true, or be left out').optional() });

/** A key as operators see it. Nothing of it is private. */
export interface KeyView {
  readonly kid: string;
  readonly alg: KeyAlgorithm;
  readonly state: KeyState;
  readonly createdAt: Date;
  /** absent: it was never to sign, only to verify */
  readonly signsFrom?: Date;
  /** when it leaves the key set, or has left it */
  readonly publishedUntil?: Date;
}

const REFUSALS: Readonly<Record<Exclude<Removal, 'removed'>, readonly [status: number, name: string, title: string]>> =
  {
    unknown: [404, 'key-unknown', 'There is no such key'],
    signs: [409, 'key-signs', 'The key signs: rotate first, with now if it has leaked'],
    needed: [
      409,
      'key-needed',
      'The key has still to be published; only compromised=true takes it away before its time',
    ],
  };

/** The keys that sign. */
@Controller('admin/keys')
@UseGuards(BearerGuard)
export class KeysController {
  constructor(
    private readonly keys: KeyRing,
    private readonly keySwitch: KeySwitch,
  ) {}

  /** Gives every key that has not been taken away. */
  @Get()
  async list(): Promise<readonly KeyView[]> {
    return (await this.keys.list()).map(keyView);
  }

  /** Adds a key that will sign. */
  @Post('rotate')
  @HttpCode(200)
  async rotate(@Body() body: unknown, @Operator() by: OperatorBy): Promise<readonly KeyView[]> {
    const { alg, now } = readBody(Rotation, body ?? {});
    const rotation = await this.keys.rotate(alg, { now }, by);
    if (rotation.kind === 'under_way') {
      const detail = 'A key of this algorithm is published and has not begun to sign';
      throw problem(409, 'rotation-under-way', 'The last rotation has not ended', detail, { kid: rotation.kid });
    }
    await this.keySwitch.look();
    return this.list();
  }

  /** Takes a key away for good. */
  @Delete(':kid')
  async remove(
    @Param('kid') kid: string,
    @Query() query: unknown,
    @Operator() by: OperatorBy,
  ): Promise<{ readonly removed: true }> {
    const compromised = readQuery(Parameters, query).compromised !== undefined;
    const removal = await this.keys.remove(kid, { compromised }, by);
    if (removal !== 'removed') throw problem(...REFUSALS[removal]);
    await this.keySwitch.look();
    return { removed: true };
  }
}

function keyView({ kid, alg, createdAt, signsFrom, removeAfter, state }: ListedKey): KeyView {
  return {
    ...{ kid, alg, state, createdAt },
    ...(signsFrom > ONLY_VERIFIES ? { signsFrom } : {}),
    ...(removeAfter === undefined ? {} : { publishedUntil: removeAfter }),
  };
}
