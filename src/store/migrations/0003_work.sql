-- How often the process died while the question was being worked out: one that takes it down is not tried without end.
ALTER TABLE commands ADD COLUMN deaths INTEGER NOT NULL DEFAULT 0;
-- Of a sealed event: which session opens it.
ALTER TABLE commands ADD COLUMN session TEXT;

CREATE INDEX commands_by_session ON commands (room, session) WHERE state = 'sealed';

-- Of a notice to those who run the bot: it is told even when what it tells of is over.
ALTER TABLE outbox ADD COLUMN lasting INTEGER NOT NULL DEFAULT 0;
