-- DropIndex
DROP INDEX "Artifact_expiresAt_idx";

-- AlterTable
ALTER TABLE "Account" ADD COLUMN     "autoSignIn" BOOLEAN NOT NULL DEFAULT true,
ADD COLUMN     "configuredPassword" TEXT,
ADD COLUMN     "disabled" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "mfaRequired" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "passwordExpired" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "totpLastStep" INTEGER,
ADD COLUMN     "totpSecret" TEXT;

-- CreateTable
CREATE TABLE "RecoveryCode" (
    "sub" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "usedAt" TIMESTAMPTZ(3),

    CONSTRAINT "RecoveryCode_pkey" PRIMARY KEY ("sub","hash")
);

-- CreateTable
CREATE TABLE "Consent" (
    "sub" TEXT NOT NULL,
    "clientId" TEXT NOT NULL,
    "scopes" TEXT[],
    "resourceScopes" JSONB NOT NULL DEFAULT '{}',
    "grantedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Consent_pkey" PRIMARY KEY ("sub","clientId")
);

-- CreateTable
CREATE TABLE "Client" (
    "id" TEXT NOT NULL,
    "metadata" JSONB NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Client_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "SigningKey" (
    "kid" TEXT NOT NULL,
    "sealed" TEXT NOT NULL,
    "signsFrom" TIMESTAMPTZ(3) NOT NULL,
    "removeAfter" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "SigningKey_pkey" PRIMARY KEY ("kid")
);

-- CreateTable
CREATE TABLE "SessionDevice" (
    "uid" TEXT NOT NULL,
    "sub" TEXT NOT NULL,
    "userAgent" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "SessionDevice_pkey" PRIMARY KEY ("uid")
);

-- CreateTable
CREATE TABLE "SessionEnding" (
    "id" UUID NOT NULL,
    "sessionUid" TEXT NOT NULL,
    "sub" TEXT NOT NULL,
    "clientId" TEXT,
    "cause" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "push" BOOLEAN NOT NULL,
    "endedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "SessionEnding_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "LogoutDelivery" (
    "id" UUID NOT NULL,
    "endingId" UUID NOT NULL,
    "clientId" TEXT NOT NULL,
    "sub" TEXT NOT NULL,
    "sid" TEXT,
    "dueAt" TIMESTAMPTZ(3),
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "lastError" TEXT,
    "deliveredAt" TIMESTAMPTZ(3),
    "gaveUpAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "LogoutDelivery_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AuditEntry" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "sub" TEXT,
    "clientId" TEXT,
    "sessionId" TEXT,
    "address" TEXT,
    "detail" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "AuditEntry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RateLimiterFlexible" (
    "key" TEXT NOT NULL,
    "points" INTEGER NOT NULL,
    "expire" TIMESTAMPTZ(3),

    CONSTRAINT "RateLimiterFlexible_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE INDEX "Consent_clientId_idx" ON "Consent"("clientId");

-- CreateIndex
CREATE INDEX "SessionDevice_sub_idx" ON "SessionDevice"("sub");

-- CreateIndex
CREATE INDEX "SessionEnding_sub_endedAt_idx" ON "SessionEnding"("sub", "endedAt");

-- CreateIndex
CREATE INDEX "SessionEnding_endedAt_idx" ON "SessionEnding"("endedAt");

-- CreateIndex
CREATE INDEX "LogoutDelivery_dueAt_idx" ON "LogoutDelivery"("dueAt");

-- CreateIndex
CREATE INDEX "LogoutDelivery_endingId_idx" ON "LogoutDelivery"("endingId");

-- CreateIndex
CREATE INDEX "AuditEntry_sub_id_idx" ON "AuditEntry"("sub", "id");

-- CreateIndex
CREATE INDEX "AuditEntry_at_idx" ON "AuditEntry"("at");

-- CreateIndex
CREATE INDEX "RateLimiterFlexible_expire_idx" ON "RateLimiterFlexible"("expire");

-- CreateIndex
CREATE INDEX "Artifact_model_expiresAt_idx" ON "Artifact"("model", "expiresAt");

-- AddForeignKey
ALTER TABLE "RecoveryCode" ADD CONSTRAINT "RecoveryCode_sub_fkey" FOREIGN KEY ("sub") REFERENCES "Account"("sub") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Consent" ADD CONSTRAINT "Consent_sub_fkey" FOREIGN KEY ("sub") REFERENCES "Account"("sub") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "LogoutDelivery" ADD CONSTRAINT "LogoutDelivery_endingId_fkey" FOREIGN KEY ("endingId") REFERENCES "SessionEnding"("id") ON DELETE CASCADE ON UPDATE CASCADE;
