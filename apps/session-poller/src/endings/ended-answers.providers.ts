import type { OnApplicationBootstrap, OnApplicationShutdown, Provider } from '@nestjs/common';
import { AnswerServer } from '#bus';
import { Clock, ENDED_QUESTIONS, EndedSessions } from '#session';
import { natsOf, type PollerConfig } from '../config.js';
import { EndedAnswers } from './ended-answers.js';

/** Answers as long as the application runs. Does not wait for NATS. */
class EndedAnswering implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(private readonly server: AnswerServer) {}

  onApplicationBootstrap(): void {
    void this.server.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.server.stop();
  }
}

/** Has this poller answer services; each question goes to one of the pollers. */
export function endedAnswersOf(config: PollerConfig): Provider {
  return {
    provide: EndedAnswering,
    inject: [EndedSessions, Clock],
    useFactory: (sessions: EndedSessions, clock: Clock) => {
      const answers = new EndedAnswers(sessions, clock);
      return new EndedAnswering(
        new AnswerServer({
          urls: natsOf(config),
          name: 'ended-answers',
          subject: ENDED_QUESTIONS,
          answer: (question, subject) => answers.answer(question, subject),
        }),
      );
    },
  };
}
