-- One row for each question that was taken, so that none is answered twice or lost. No message text is kept.
CREATE TABLE commands (
    event       TEXT    PRIMARY KEY NOT NULL,
    room        TEXT    NOT NULL,
    said_at     INTEGER NOT NULL,           -- ms since 1970, our clock
    taken_at    INTEGER NOT NULL,           -- ms since 1970, our clock
    state       TEXT    NOT NULL CHECK (state IN ('sealed', 'taken', 'answered', 'dropped')),
    reason      TEXT,                       -- why it was dropped
    answer      TEXT,                       -- the answer's event id
    attempts    INTEGER NOT NULL DEFAULT 0  -- how often the answer was sent
) STRICT, WITHOUT ROWID;

CREATE INDEX commands_unfinished ON commands (state, said_at) WHERE state IN ('sealed', 'taken');
CREATE INDEX commands_by_age ON commands (taken_at);

-- The last event seen in each room: how far back to look after an interruption.
CREATE TABLE marks (
    room        TEXT    PRIMARY KEY NOT NULL,
    event       TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

-- When a room was last told about a mistyped word.
CREATE TABLE hints (
    room        TEXT    NOT NULL,
    word        TEXT    NOT NULL,
    hinted_at   INTEGER NOT NULL,           -- ms since 1970, our clock
    PRIMARY KEY (room, word)
) STRICT, WITHOUT ROWID;
