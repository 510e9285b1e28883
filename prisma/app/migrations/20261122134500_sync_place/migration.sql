-- CreateIndex
CREATE INDEX "AppSession_iss_sub_sid_idx" ON "AppSession"("iss", "sub", "sid");

-- DropIndex
DROP INDEX "AppSession_iss_sub_idx";

-- CreateTable
CREATE TABLE "SyncPlace" (
    "id" TEXT NOT NULL,
    "stream" TEXT NOT NULL,
    "sequence" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "SyncPlace_pkey" PRIMARY KEY ("id")
);
