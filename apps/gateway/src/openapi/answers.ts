/** A piece of an OpenAPI 3.1 document. */
export type Piece = Readonly<Record<string, unknown>>;

/** An answer with nothing in it. */
export const empty = (description: string): Piece => ({ description });

/** An answer in JSON. */
export const json = (description: string, schema: Piece): Piece => ({
  description,
  content: { 'application/json': { schema } },
});

/** A small page of the gateway's own. */
export const page = (description: string): Piece => ({
  description,
  content: { 'text/html': { schema: { type: 'string' } } },
});

/** A redirect by GET, whatever the request's method was. */
export const redirect = (description: string): Piece => ({
  description,
  headers: { Location: { required: true, schema: { type: 'string' } } },
});

/** An error answer that names its kind by one of these `type`s. */
export const problem = (description: string, ...names: readonly string[]): Piece => ({
  description,
  content: {
    'application/problem+json': {
      schema: {
        allOf: [
          { $ref: '#/components/schemas/Problem' },
          { properties: { type: { enum: names.map((name) => `urn:sso:problem:${name}`) } } },
        ],
      },
    },
  },
});

/** A parameter of the query. */
export const query = (name: string, description: string, schema: Piece = { type: 'string' }): Piece => ({
  name,
  in: 'query',
  description,
  schema,
});

/** A segment of the path. */
export const segment = (name: string, description: string): Piece => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: { type: 'string' },
});

/** A header of the request. */
export const header = (
  name: string,
  description: string,
  required = false,
  schema: Piece = { type: 'string' },
): Piece => ({
  name,
  in: 'header',
  required,
  description,
  schema,
});

/** What a page of another site can't send without asking first. */
export const csrf = header('X-CSRF', 'must be 1: a page of another site can not send it without asking first', true, {
  const: '1',
});
