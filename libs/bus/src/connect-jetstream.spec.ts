import { afterEach, describe, expect, it } from '@jest/globals';
import {
  type INestApplication,
  Injectable,
  Module,
  type OnApplicationBootstrap,
  type OnModuleInit,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type CustomTransportStrategy, Server } from '@nestjs/microservices';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { connectJetStream } from './connect-jetstream.js';
import { JetStreamServer } from './jetstream-server.js';

class SilentServer extends Server implements CustomTransportStrategy {
  listened = 0;
  listen(done: () => void): void {
    this.listened += 1;
    done();
  }
  close(): void {
    this.listened -= 1;
  }
  override on(): void {
    // nothing is told
  }
  override unwrap(): never {
    throw new Error('there is nothing inside');
  }
}

@Injectable()
class Hooks implements OnModuleInit, OnApplicationBootstrap {
  readonly called: string[] = [];
  onModuleInit(): void {
    this.called.push('init');
  }
  onApplicationBootstrap(): void {
    this.called.push('bootstrap');
  }
}

const server = new SilentServer();
@Module({ providers: [Hooks, { provide: JetStreamServer, useValue: server }] })
class TestModule {}

let app: INestApplication | undefined;
afterEach(() => app?.close());

describe('an application that hears from JetStream', () => {
  it('has its hooks called once: what they start runs once', async () => {
    app = await NestFactory.create(TestModule, new FastifyAdapter(), { logger: false });
    await connectJetStream(app);
    await app.listen(0, '127.0.0.1');
    expect(app.get(Hooks).called).toEqual(['init', 'bootstrap']);
    expect(server.listened).toBe(1);
  });
});
