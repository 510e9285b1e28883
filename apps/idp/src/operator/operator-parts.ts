import type { Engine } from '../authorize/engine.js';
import { ClientRegistrations } from '../clients/client-registrations.service.js';
import { ClientRemoval } from '../clients/client-removal.service.js';
import type { RecordParts } from '../record-parts.js';
import { EndingLog } from './ending-log.service.js';

/** Makes what only operators need. */
export function operatorParts(parts: RecordParts & { readonly engine: Engine }): readonly object[] {
  const { prisma, clients, engine, endings, queue, audit, clock } = parts;
  return [
    new ClientRegistrations(prisma, clients, engine, audit),
    new ClientRemoval(prisma, endings, queue, audit),
    new EndingLog(prisma, queue, audit, clock),
  ];
}
