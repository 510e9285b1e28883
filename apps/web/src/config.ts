import { httpOrigin, keyValueList } from '#config';
import { processKeys } from '#http';
import { z } from 'zod';

const LOOPBACK = /^(?:localhost|[a-z0-9.-]+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Configuration of the web app of the demo. */
export const WebConfig = z
  .object({
    ...processKeys,
    HUB_DATABASE_URL: z
      .url({ protocol: /^postgres(?:ql)?$/ })
      .describe("the hub's Postgres database, as a role that may only read what the timeline shows"),
    TIMELINE_URL: httpOrigin
      .refine((origin) => !URL.canParse(origin) || LOOPBACK.test(new URL(origin).hostname), {
        error: 'must be on loopback: nobody signs in to use the panel',
      })
      .describe(
        'origin of the timeline, as browsers know it: on loopback, since its panel is everybody’s who reaches it',
      ),
    FRONT_ENDS: keyValueList(httpOrigin).describe(
      'the front ends, name=origin,name=origin: each has a folder of pages of its name, and reaches this app through the gateway',
    ),
    SERVICES: keyValueList(httpOrigin).describe('what the panel shows the state of, name=origin,name=origin'),
    PAGES_FOLDER: z
      .string()
      .default('dist/web')
      .describe('folder with a folder of pages for each front end, and one called timeline'),
    IDP_OPERATOR_URL: httpOrigin.optional().describe("origin of the built-in identity provider's operator API"),
    IDP_OPERATOR_TOKEN: z.string().optional().describe('bearer token of the operator API'),
    CONTROL_URL: httpOrigin.optional().describe('origin of whoever stops and starts the services, on loopback'),
    CONTROL_TOKEN: z.string().optional().describe('bearer token for CONTROL_URL'),
    STOP_COMMAND: z
      .string()
      .optional()
      .describe('what to type to stop a service, with {service} for its name; shown where CONTROL_URL is absent'),
    START_COMMAND: z.string().optional().describe('what to type to start it again'),
  })
  .superRefine((config, context) => {
    for (const [one, other] of PAIRS)
      if ((config[one] === undefined) !== (config[other] === undefined))
        context.addIssue({ code: 'custom', path: [one], message: `goes with ${other}: set both or neither` });
    if (new Set([...config.FRONT_ENDS.values(), config.TIMELINE_URL]).size <= config.FRONT_ENDS.size)
      context.addIssue({ code: 'custom', path: ['FRONT_ENDS'], message: 'each needs an origin that nobody else has' });
  });
export type WebConfig = z.infer<typeof WebConfig>;

const PAIRS = [
  ['IDP_OPERATOR_URL', 'IDP_OPERATOR_TOKEN'],
  ['CONTROL_URL', 'CONTROL_TOKEN'],
  ['STOP_COMMAND', 'START_COMMAND'],
] as const;
