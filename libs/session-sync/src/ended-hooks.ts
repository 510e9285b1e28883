import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { type HeardEnding, reasonOf } from '#session';
import { ON_SESSION_ENDED } from './on-session-ended.decorator.js';
import { withinMs } from './within-ms.js';

interface Hook {
  readonly name: string;
  readonly call: (ending: HeardEnding) => unknown;
}

const SLOW_MS = 30_000;

/** Calls the `@OnSessionEnded()` methods of all providers and controllers. None of them hinders another, or the feed. */
@Injectable()
export class EndedHooks implements OnApplicationBootstrap {
  private readonly logger = new Logger(EndedHooks.name);
  private hooks: readonly Hook[] | undefined;
  /** heard before it was known who wants to be told: endings that were missed come while the application starts */
  private early: HeardEnding[] = [];

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  onApplicationBootstrap(): void {
    const wrappers = [...this.discovery.getProviders(), ...this.discovery.getControllers()];
    const instances = new Set(wrappers.map(({ instance }) => instance as unknown));
    this.hooks = [...instances].flatMap((instance) => this.hooksOf(instance));
    const { early } = this;
    this.early = [];
    for (const ending of early) this.tell(ending);
  }

  /** Never throws, and waits for nobody. */
  tell(ending: HeardEnding): void {
    if (this.hooks === undefined) this.early.push(ending);
    else for (const hook of this.hooks) void this.call(hook, ending);
  }

  private async call({ name, call }: Hook, ending: HeardEnding): Promise<void> {
    try {
      await withinMs(Promise.resolve(call(ending)), SLOW_MS);
    } catch (error) {
      this.logger.error(`hook.failed hook=${name} event=${ending.eventId} reason=${reasonOf(error)}`);
    }
  }

  private hooksOf(instance: unknown): readonly Hook[] {
    if (typeof instance !== 'object' || instance === null) return [];
    const type = Object.getPrototypeOf(instance) as object | null;
    if (type === null) return [];
    return this.scanner.getAllMethodNames(type).flatMap((name) => {
      const method = (instance as Record<string, unknown>)[name];
      if (
        typeof method !== 'function' ||
        this.reflector.get<unknown>(ON_SESSION_ENDED, method as () => unknown) !== true
      )
        return [];
      const call = (ending: HeardEnding): unknown => Reflect.apply(method, instance, [ending]);
      return [{ name: `${instance.constructor.name}.${name}`, call }];
    });
  }
}
