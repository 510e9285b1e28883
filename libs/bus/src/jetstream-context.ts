import type { JsMsg } from '@nats-io/jetstream';
import { BaseRpcContext } from '@nestjs/microservices';

/** What a handler may ask of the delivery that brought its event: `@Ctx() context: JetStreamContext`. */
export class JetStreamContext extends BaseRpcContext<[JsMsg]> {
  /** the subject that the event was published to */
  get subject(): string {
    return this.getArgs()[0].subject;
  }

  /** 1 for the first delivery, more for a redelivery */
  get attempt(): number {
    return this.getArgs()[0].info.deliveryCount;
  }
}
