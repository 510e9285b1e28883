import { Controller, Get, Header } from '@nestjs/common';
import { type Piece, problem } from './answers.js';
import { contractPaths } from './paths-contract.js';
import { logoutPaths } from './paths-logout.js';
import { receiverPaths } from './paths-receivers.js';
import { sessionPaths } from './paths-session.js';
import { signInPaths } from './paths-sign-in.js';
import { schemas } from './schemas.js';

/** What the gateway offers under each front end, as OpenAPI 3.1. */
export const openApiDocument: Piece = {
  openapi: '3.1.0',
  info: {
    title: 'session-sync gateway',
    version: '1',
    description:
      'A backend for frontends: cookie sessions, tokens never in the browser. Paths are under the base of each front end.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/', description: 'the base of a front end' }],
  paths: { ...signInPaths, ...sessionPaths, ...logoutPaths, ...receiverPaths, ...contractPaths },
  components: {
    schemas,
    responses: {
      NotFound: problem('nothing is here', 'not-found'),
      PagesUnavailable: problem('where the pages come from does not answer', 'pages-unavailable'),
      Internal: problem('something failed here; it has been logged', 'internal'),
    },
  },
};

@Controller('bff')
export class OpenApiController {
  @Get('openapi.json')
  @Header('cache-control', 'public, max-age=300')
  document(): Piece {
    return openApiDocument;
  }
}
