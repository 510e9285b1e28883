import { Injectable } from '@nestjs/common';
import type { Clock } from '#session';
import type { FastifyRequest } from 'fastify';
import type { IdpConfig } from '../config.js';
import type { PrismaClient } from '../generated/client.js';
import type { DeviceCookies } from '../limits/device-cookie.js';
import { FailureCounter } from '../limits/failure-counter.js';
import { type Admission, admit } from '../limits/limited-tries.js';

const FIVE_MINUTES_S = 300;
const DAY_S = 86_400;

/** Wrong codes that each limit allows in its window. */
export const MFA_LIMITS = {
  /** one person, in five minutes: in browsers that have never passed this person's second factor, all together */
  person: 5,
  /** the same, in a day: whoever knows the password must not guess on for weeks */
  personInADay: 50,
  /** one person in one browser that has passed it before, in five minutes */
  personAndDevice: 5,
} as const;

/**
 * Slows down whoever guesses the codes of a person. Only who knows the password comes here; and a browser that has passed the
 * person's second factor before is counted alone, so that not even they can keep the person out of it.
 */
@Injectable()
export class MfaLimits {
  private readonly person: FailureCounter;
  private readonly personInADay: FailureCounter;
  private readonly personAndDevice: FailureCounter;

  constructor(
    prisma: PrismaClient,
    clock: Clock,
    private readonly devices: DeviceCookies,
    { IDP_COOKIE_KEYS: [secret = ''] }: Pick<IdpConfig, 'IDP_COOKIE_KEYS'>,
  ) {
    const counter = (name: string, windowS: number) => new FailureCounter(prisma, clock, secret, { name, windowS });
    this.person = counter('mfa-person', FIVE_MINUTES_S);
    this.personInADay = counter('mfa-person-day', DAY_S);
    this.personAndDevice = counter('mfa-person-device', FIVE_MINUTES_S);
  }

  /** Counts a try as a failure, unless it may not be made at all. After success the caller takes it back. */
  async admit(sub: string, request: FastifyRequest): Promise<Admission> {
    const device = this.devices.idOf(request, sub, 'second_factor');
    if (device !== undefined) {
      return admit([{ counter: this.personAndDevice, key: `${sub} ${device}`, atMost: MFA_LIMITS.personAndDevice }]);
    }
    return admit([
      { counter: this.person, key: sub, atMost: MFA_LIMITS.person },
      { counter: this.personInADay, key: sub, atMost: MFA_LIMITS.personInADay },
    ]);
  }
}
