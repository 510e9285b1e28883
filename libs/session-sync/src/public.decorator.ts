import { SetMetadata } from '@nestjs/common';

/** Metadata key of {@link Public}. */
export const IS_PUBLIC = 'session-sync:public';

/** Lets everybody in: {@link SessionGuard} passes over the route or the controller. */
export const Public = () => SetMetadata(IS_PUBLIC, true);
