import { BadRequestException, Body, Controller, Get, Post, UseGuards } from '@nestjs/common';
import { Clock } from '#session';
import { type AppSession, CurrentSession, SessionGuard } from '#session-sync';
import { AppDatabase } from '#store';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { NoteFeed } from './note-feed.js';

const NewNote = z.object({ text: z.string().min(1).max(10_000) });

/** A person's notes. */
@Controller('notes')
@UseGuards(SessionGuard)
export class NotesController {
  constructor(
    private readonly database: AppDatabase,
    private readonly clock: Clock,
    private readonly feed: NoteFeed,
  ) {}

  @Get()
  async list(@CurrentSession() session: AppSession) {
    const notes = await this.database.note.findMany({
      where: { sub: session.sub },
      orderBy: { createdAt: 'desc' },
      take: 100,
    });
    return { sub: session.sub, notes: notes.map(({ id, text, createdAt }) => ({ id, text, createdAt })) };
  }

  @Post()
  async add(@CurrentSession() session: AppSession, @Body() body: unknown) {
    const note = NewNote.safeParse(body);
    if (!note.success) throw new BadRequestException();
    const row = { id: uuidv7(), sub: session.sub, text: note.data.text, createdAt: this.clock.now() };
    await this.database.note.create({ data: row });
    const added = { id: row.id, text: row.text, createdAt: row.createdAt };
    this.feed.added(session.sub, added);
    return added;
  }
}
