import type { ClaimedSession, ProbeRecord } from '#session';

/**
 * Records the probes `$1`, a JSON array of {@link RecordRow}, each only if its lease and its tokens are still the session's, and gives the
 * sessions of those that were. It waits for nobody: a row that somebody else writes at this moment is passed over, and so no two
 * statements wait for each other in a circle.
 */
export const RECORD_PROBES = `
  UPDATE "SsoSession" AS s SET
    "probeDueAt" = r."dueAt",
    "leaseEndsAt" = NULL,
    "weakEndedAt" = r."weakEndedAt",
    "unknownCount" = r."unknownCount",
    "unknownReason" = r."unknownReason",
    "unknownSince" = CASE WHEN r."unknownAt" IS NULL THEN NULL WHEN r."unknownCount" = 1 THEN r."unknownAt" ELSE s."unknownSince" END,
    "idpCheckedAt" = COALESCE(r."checkedAt", s."idpCheckedAt"),
    "asleepSince" = CASE WHEN r."checkedAt" IS NULL THEN s."asleepSince" END,
    "heldAt" = CASE WHEN r."checkedAt" IS NULL THEN s."heldAt" END,
    "heldEvidence" = CASE WHEN r."checkedAt" IS NULL THEN s."heldEvidence" END,
    "reauthReason" = COALESCE(r."reauth", CASE WHEN r."checkedAt" IS NULL THEN s."reauthReason" END),
    "accessExpiresAt" = COALESCE(r."accessExpiresAt", s."accessExpiresAt"),
    "refreshExpiresAt" = COALESCE(r."refreshExpiresAt", s."refreshExpiresAt")
  FROM (
    SELECT r.* FROM json_to_recordset($1::json) AS r("id" uuid, "leaseId" uuid, "generation" int, "dueAt" timestamptz(3),
      "checkedAt" timestamptz(3), "weakEndedAt" timestamptz(3), "unknownCount" int, "unknownReason" text, "unknownAt" timestamptz(3),
      "reauth" text, "accessExpiresAt" timestamptz(3), "refreshExpiresAt" timestamptz(3))
    JOIN "SsoSession" AS l ON l."id" = r."id"
    WHERE l."leaseId" = r."leaseId" AND l."tokenGeneration" = r."generation" AND l."endedAt" IS NULL
    FOR NO KEY UPDATE OF l SKIP LOCKED
  ) AS r
  WHERE s."id" = r."id" AND s."leaseId" = r."leaseId" AND s."tokenGeneration" = r."generation" AND s."endedAt" IS NULL
  RETURNING s."id"::text`;

/** Gives a probe as {@link RECORD_PROBES} reads it. */
export function toRecordRow({ sid, leaseId, tokenGeneration }: ClaimedSession, record: ProbeRecord) {
  const { dueAt, checkedAt, weakEndedAt, unknown, reauth, tokenExpiresAt } = record;
  return {
    ...{ id: sid, leaseId, generation: tokenGeneration, dueAt, checkedAt, weakEndedAt, reauth },
    ...{ unknownCount: unknown?.count ?? 0, unknownReason: unknown?.reason, unknownAt: unknown?.at },
    accessExpiresAt: tokenExpiresAt?.of === 'access_token' ? tokenExpiresAt.at : undefined,
    refreshExpiresAt: tokenExpiresAt?.of === 'refresh_token' ? tokenExpiresAt.at : undefined,
  };
}

/** A probe to record; members that JSON leaves out are null. */
export type RecordRow = ReturnType<typeof toRecordRow>;
