import { addressBlock } from '#http';
import { Injectable } from '@nestjs/common';
import type { Clock } from '#session';
import type { FastifyRequest } from 'fastify';
import { loginName } from '../account/login-name.js';
import type { IdpConfig } from '../config.js';
import type { PrismaClient } from '../generated/client.js';
import type { DeviceCookies } from '../limits/device-cookie.js';
import { FailureCounter } from '../limits/failure-counter.js';
import { type Admission, admit, type Limit } from '../limits/limited-tries.js';

const FIVE_MINUTES_S = 300;
const QUARTER_S = 900;
const HOUR_S = 3_600;

/** Failures that each limit allows in its window. */
export const SIGN_IN_LIMITS = {
  /** one address, whatever it tries: in a quarter of an hour */
  address: 30,
  /** one account from one address: in five minutes */
  accountAndAddress: 5,
  /** one account from anywhere: in an hour. From then on the limit above is 1 */
  account: 100,
  accountAndAddressUnderAttack: 1,
  /** one account in a browser that has signed in to it before: in five minutes */
  accountAndDevice: 5,
} as const;

/**
 * Slows down whoever guesses passwords, and can't be used to lock anybody out: a person in a browser of before depends on
 * nobody else's tries, and elsewhere the first try from an address is never refused for tries from others.
 *
 * Only failures count, names that nobody has like all others.
 */
@Injectable()
export class SignInLimits {
  private readonly address: FailureCounter;
  private readonly accountAndAddress: FailureCounter;
  private readonly account: FailureCounter;
  private readonly accountAndDevice: FailureCounter;

  constructor(
    prisma: PrismaClient,
    clock: Clock,
    private readonly devices: DeviceCookies,
    { IDP_COOKIE_KEYS: [secret = ''] }: Pick<IdpConfig, 'IDP_COOKIE_KEYS'>,
  ) {
    const counter = (name: string, windowS: number) => new FailureCounter(prisma, clock, secret, { name, windowS });
    this.address = counter('sign-in-address', QUARTER_S);
    this.accountAndAddress = counter('sign-in-account-address', FIVE_MINUTES_S);
    this.account = counter('sign-in-account', HOUR_S);
    this.accountAndDevice = counter('sign-in-account-device', FIVE_MINUTES_S);
  }

  /**
   * Counts a try to sign in as a failure, unless it may not be made at all. After success the caller takes it back.
   *
   * @param sub whose login it is; undefined when nobody's
   */
  async admit(login: string, sub: string | undefined, request: FastifyRequest): Promise<Admission> {
    const device = sub === undefined ? undefined : this.devices.idOf(request, sub, 'password');
    if (sub === undefined || device === undefined) return admit(await this.limitsOfStranger(login, request.ip));
    const atMost = SIGN_IN_LIMITS.accountAndDevice;
    return admit([{ counter: this.accountAndDevice, key: `${sub} ${device}`, atMost }]);
  }

  private async limitsOfStranger(login: string, ip: string): Promise<readonly Limit[]> {
    const account = loginName(login);
    const address = addressBlock(ip);
    const underAttack = (await this.account.read(account)) >= SIGN_IN_LIMITS.account;
    const each = underAttack ? SIGN_IN_LIMITS.accountAndAddressUnderAttack : SIGN_IN_LIMITS.accountAndAddress;
    return [
      { counter: this.address, key: address, atMost: SIGN_IN_LIMITS.address },
      { counter: this.accountAndAddress, key: `${address} ${account}`, atMost: each },
      { counter: this.account, key: account, atMost: undefined },
    ];
  }
}
