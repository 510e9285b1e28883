import { empty, json, type Piece, problem } from './answers.js';

/** What IdPs push, and what machines ask of every gateway. */
export const receiverPaths: Readonly<Record<string, Piece>> = {
  '/bff/ssf/events': {
    post: {
      summary: 'Takes a security event token by push (RFC 8935), where the IdP is configured to send them',
      requestBody: { required: true, content: { 'application/secevent+jwt': { schema: { type: 'string' } } } },
      responses: {
        '202': empty('taken; also the second time'),
        '400': json('not believed', {
          type: 'object',
          required: ['err'],
          properties: { err: { type: 'string' }, description: { type: 'string' } },
        }),
        '404': problem('the IdP of this front end is not configured to send them', 'no-ssf'),
        '415': problem('the body is of another type', 'not-a-security-event'),
        '429': problem('too many refused tokens from this address', 'too-many-requests'),
        '503': problem("the transmitter's keys can not be had", 'ssf-keys-unavailable'),
      },
    },
  },
  '/bff/global-token-revocation': {
    post: {
      summary: 'Ends everything of a person, where the IdP is configured to ask for it (a draft)',
      requestBody: { required: true, content: { 'application/json': { schema: { type: 'object' } } } },
      responses: {
        '204': empty('done'),
        '400': problem('the subject can not be read', 'bad-subject'),
        '401': problem('who asks is not known', 'wrong-bearer-token'),
        '403': problem('the subject is of another issuer', 'not-your-subject'),
        '404': problem(
          'not configured, or an issuer that is not known',
          'no-global-token-revocation',
          'unknown-issuer',
        ),
        '422': problem('the subject is named in a way that is not known', 'unknown-subject-format'),
        '429': problem('too many refused requests from this address', 'too-many-requests'),
      },
    },
  },
  '/.well-known/jwks.json': {
    get: {
      summary: 'The public keys of the assertions',
      responses: { '200': json('a JWK set', { type: 'object', required: ['keys'] }) },
    },
  },
  '/health/live': {
    get: {
      summary: 'The process runs',
      responses: { '200': json('it does', { $ref: '#/components/schemas/Health' }) },
    },
  },
  '/health/ready': {
    get: {
      summary: 'The process may be given requests',
      responses: {
        '200': json('it may', { $ref: '#/components/schemas/Health' }),
        '503': json('it may not: the checks say why', { $ref: '#/components/schemas/Health' }),
      },
    },
  },
  '/bff/openapi.json': {
    get: { summary: 'This document', responses: { '200': json('OpenAPI 3.1', { type: 'object' }) } },
  },
};
