import { SetMetadata } from '@nestjs/common';

/** Metadata key of {@link Public}. */
export const IS_PUBLIC = 'session-sync:public';

/** Lets everybody in: {@link SessionGuard} passes over the route or the controller. `@Public(false)` takes it back for a route. */
export const Public = (isPublic = true) => SetMetadata(IS_PUBLIC, isPublic);
