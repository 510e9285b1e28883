/** The limit: a Nest application on Fastify, as Nest's documentation has it, with one route that answers `ANSWER`. */
import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';

const answer: unknown = JSON.parse(process.env.ANSWER ?? '[]');

@Controller()
class BareController {
  @Get('user')
  user(): unknown {
    return answer;
  }
}

@Module({ controllers: [BareController] })
class BareModule {}

const app = await NestFactory.create<NestFastifyApplication>(BareModule, new FastifyAdapter(), { logger: false });
await app.listen(Number(process.env.PORT), '127.0.0.1');
