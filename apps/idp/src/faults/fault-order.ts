import { z } from 'zod';

/** What of the IdP can go wrong on order. */
const PLACES = [
  'backchannel',
  'token',
  'authorization',
  'introspection',
  'userinfo',
  'jwks',
  'discovery',
  'revocation',
] as const;

/** One of them. */
export type Place = (typeof PLACES)[number];

/** Everybody asks for these in the same way, so that no client can be told from another. */
const WITHOUT_CLIENT: readonly Place[] = ['jwks', 'discovery'];
/** Where ID tokens and logout tokens are handed out. */
const WITH_TOKENS = ['backchannel', 'token', 'authorization'] as const;

const ms = z.int().min(1).max(600_000);

/** What every order may say besides its fault. `times`: how often it is carried out; without it, until it is taken back. */
const limits = { times: z.int().min(1).optional(), clientId: z.string().min(1).max(255).optional() };
const anywhere = { ...limits, on: z.enum(PLACES) };
const onTokens = { ...limits, on: z.enum(WITH_TOKENS) };

const strict = <S extends z.core.$ZodLooseShape>(shape: S) =>
  z.strictObject(shape, {
    // never the key itself: it is text from a request
    error: ({ code }) => (code === 'unrecognized_keys' ? 'has a key that this fault does not know' : undefined),
  });

/** One fault that a test orders. */
export const FaultOrder = z
  .discriminatedUnion('fault', [
    strict({ ...anywhere, fault: z.literal('drop'), silently: z.boolean().default(false) }),
    strict({ ...anywhere, fault: z.literal('delay'), delayMs: ms }),
    strict({ ...anywhere, fault: z.literal('hang') }),
    strict({ ...anywhere, fault: z.literal('garbage') }),
    strict({
      ...anywhere,
      fault: z.literal('status'),
      status: z.int().min(400).max(599).default(503),
      retryAfterS: z.int().min(0).max(86_400).optional(),
    }),
    strict({ ...limits, on: z.literal('backchannel'), fault: z.literal('duplicate') }),
    strict({ ...onTokens, fault: z.literal('mis_sign') }),
    strict({ ...onTokens, fault: z.literal('wrong_key') }),
    strict({ ...onTokens, fault: z.literal('omit_sid') }),
    strict({
      ...onTokens,
      fault: z.literal('skew_clock'),
      seconds: z
        .int()
        .min(-31_536_000)
        .max(31_536_000)
        .refine((seconds) => seconds !== 0, 'must not be 0'),
    }),
  ])
  .refine((order) => order.clientId === undefined || !WITHOUT_CLIENT.includes(order.on), {
    path: ['clientId'],
    error: 'can not be told at this place: everybody asks for it in the same way',
  })
  .refine((order) => order.fault !== 'drop' || !order.silently || order.on === 'backchannel', {
    path: ['silently'],
    error: 'is for the back channel alone',
  });

/** One fault, read. */
export type FaultOrder = z.infer<typeof FaultOrder>;

/** An order that changes an ID token or a logout token. */
export type TokenFault = Extract<FaultOrder, { fault: 'mis_sign' | 'wrong_key' | 'omit_sid' | 'skew_clock' }>;

/** An order that is carried out in place of the request. */
export type FaultInstead = Extract<FaultOrder, { fault: 'status' | 'hang' | 'garbage' }>;

/** An order that is carried out on the answer, once the request has been served. */
export type FaultAfter = TokenFault | Extract<FaultOrder, { fault: 'drop' | 'delay' }>;

/** All orders, the first one first. */
export const FaultOrders = z.array(FaultOrder).max(100);

/** Says whether a fault takes the place of the answer. */
export function isInstead(order: FaultOrder): order is FaultInstead {
  return order.fault === 'status' || order.fault === 'hang' || order.fault === 'garbage';
}

/** Says whether a fault changes a token. */
export function isTokenFault(order: FaultOrder): order is TokenFault {
  return (
    order.fault === 'mis_sign' ||
    order.fault === 'wrong_key' ||
    order.fault === 'omit_sid' ||
    order.fault === 'skew_clock'
  );
}

/** Says whether a fault changes the answer, or the way of it. */
export function isAfter(order: FaultOrder): order is FaultAfter {
  return order.fault === 'drop' || order.fault === 'delay' || isTokenFault(order);
}
