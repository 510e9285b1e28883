import { refuseContradictions } from '#bus';
import { processKeys } from '#http';
import { serviceKeys } from '#session-sync';
import { z } from 'zod';

/** Configuration of the notes service. */
export const NotesConfig = z.object({ ...processKeys, ...serviceKeys }).superRefine(refuseContradictions);
export type NotesConfig = z.infer<typeof NotesConfig>;
