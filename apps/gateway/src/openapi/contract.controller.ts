import { createHash } from 'node:crypto';
import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { problem } from '#http';
import { asyncApiDocument, contractSchemas, type JsonSchema } from '#session';

interface Published {
  readonly type: string;
  readonly text: string;
  readonly etag: string;
}

const CACHED_S = 300;

/** Shows what services hear and say over NATS. Nobody need be signed in: it is the same for all, and no secret. */
@Controller('bff')
export class ContractController {
  private readonly document = published('application/vnd.aai.asyncapi+json;version=3.0.0', asyncApiDocument());
  private readonly schemas = new Map(
    Object.entries(contractSchemas()).map(([name, schema]) => [name, published('application/schema+json', schema)]),
  );

  @Get('asyncapi.json')
  asyncApi(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    send(request, reply, this.document);
  }

  @Get('schemas/:name')
  schema(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('name') name: string): void {
    const schema = this.schemas.get(name);
    if (schema === undefined) throw problem(404, 'unknown-schema', 'No schema has this name');
    send(request, reply, schema);
  }
}

function published(type: string, json: JsonSchema): Published {
  const text = JSON.stringify(json);
  return { type, text, etag: `"${createHash('sha256').update(text).digest('base64url')}"` };
}

/** @see RFC 9110 §13.1.2: the comparison is weak, so a cache that compresses may mark the ETag so */
function send(request: FastifyRequest, reply: FastifyReply, { type, text, etag }: Published): void {
  const known = (request.headers['if-none-match'] ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  void reply.header('cache-control', `public, max-age=${CACHED_S}`).header('etag', etag);
  if (known.includes(etag) || known.includes('*')) void reply.status(304).send();
  else void reply.type(type).send(text);
}
