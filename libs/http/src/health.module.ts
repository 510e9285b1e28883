import { setTimeout } from 'node:timers/promises';
import { Controller, type DynamicModule, type FactoryProvider, Get, Module, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

/** One thing that must work before this process may be given requests. `check` rejects when it does not. */
export interface HealthCheck {
  readonly name: string;
  readonly check: () => Promise<unknown>;
}

/** The checks of this process. */
export class HealthChecks {
  constructor(readonly checks: readonly HealthCheck[]) {}
}

/** Answers `GET /health/live` and `GET /health/ready`; needs {@link HealthChecks}. */
@Controller('health')
export class HealthController {
  constructor(private readonly health: HealthChecks) {}

  /** The process runs. Never asks anything remote, so that an outage elsewhere restarts nobody. */
  @Get('live')
  live(): { status: string } {
    return { status: 'ok' };
  }

  /** The process may be given requests: 200, or 503 with the checks that fail. */
  @Get('ready')
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const results = await Promise.all(
      this.health.checks.map(async ({ name, check }) => [name, await outcomeOf(check)] as const),
    );
    const ready = results.every(([, outcome]) => outcome === 'ok');
    await reply
      .status(ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status: ready ? 'ok' : 'unavailable', checks: Object.fromEntries(results) });
  }
}

const LIMIT_MS = 3_000;

/** A check that hangs has failed. */
async function tooLate(): Promise<never> {
  await setTimeout(LIMIT_MS, undefined, { ref: false });
  throw new Error('too late');
}

async function outcomeOf(check: () => Promise<unknown>): Promise<string> {
  try {
    await Promise.race([check(), tooLate()]);
    return 'ok';
  } catch {
    return 'failed';
  }
}

/** Gives a process `GET /health/live` and `GET /health/ready`. */
@Module({})
export class HealthModule {
  /** @param health makes the checks, from whatever it has injected */
  static forRootAsync(
    health: Pick<FactoryProvider<HealthChecks>, 'inject' | 'useFactory'> & Pick<DynamicModule, 'imports'>,
  ): DynamicModule {
    return {
      module: HealthModule,
      imports: health.imports ?? [],
      controllers: [HealthController],
      providers: [{ provide: HealthChecks, useFactory: health.useFactory, inject: health.inject ?? [] }],
    };
  }
}
