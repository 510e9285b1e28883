import { contractSchemas } from '#session';
import { empty, header, type Piece, problem, segment } from './answers.js';

const known = header('If-None-Match', 'the ETag of what is known already');
const cached = (description: string, type: string): Piece => ({
  description,
  headers: { ETag: { required: true, schema: { type: 'string' } } },
  content: { [type]: { schema: { type: 'object' } } },
});

/** What services hear and say over NATS, for whoever writes one. */
export const contractPaths: Readonly<Record<string, Piece>> = {
  '/bff/asyncapi.json': {
    get: {
      summary: 'The events that services hear and the receipts that they send: AsyncAPI 3.0',
      parameters: [known],
      responses: {
        '200': cached('the document', 'application/vnd.aai.asyncapi+json;version=3.0.0'),
        '304': empty('it is as it was'),
      },
    },
  },
  '/bff/schemas/{name}': {
    get: {
      summary: 'The JSON Schema (draft 2020-12) of one of those messages',
      parameters: [segment('name', Object.keys(contractSchemas()).join(', ')), known],
      responses: {
        '200': cached('the schema', 'application/schema+json'),
        '304': empty('it is as it was'),
        '404': problem('no schema has this name', 'unknown-schema'),
      },
    },
  },
};
