import { Controller, type DynamicModule, Get, Module, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { collectDefaultMetrics, Registry } from 'prom-client';

/** Answers `GET /metrics` in the text format of Prometheus; needs a `Registry`. Not for browsers: it allows no other origin. */
@Controller('metrics')
export class MetricsController {
  constructor(private readonly registry: Registry) {}

  @Get()
  async metrics(@Res() reply: FastifyReply): Promise<void> {
    const text = await this.registry.metrics();
    await reply.header('content-type', this.registry.contentType).header('cache-control', 'no-store').send(text);
  }
}

/**
 * Gives a process `GET /metrics`, and a `Registry` of its own to whoever has something to count; Node's own figures are in it.
 * A label never names a person, a session or a token.
 */
@Module({})
export class MetricsModule {
  /** @param makeRegistry gives what is shown; default: one with Node's own figures, which others may add theirs to */
  static forRoot(makeRegistry: () => Registry = nodeRegistry): DynamicModule {
    return {
      module: MetricsModule,
      global: true,
      controllers: [MetricsController],
      providers: [{ provide: Registry, useFactory: makeRegistry }],
      exports: [Registry],
    };
  }
}

/** Makes a registry that has Node's own figures. */
export function nodeRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}
