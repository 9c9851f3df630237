-- Every release of the dataset that was taken up, but for those that history was folded over.
CREATE TABLE releases (
    number      INTEGER PRIMARY KEY NOT NULL,
    at          INTEGER NOT NULL,           -- ms since 1970, our clock
    format      INTEGER NOT NULL,           -- of the rows in `records`
    hash        TEXT    NOT NULL            -- of the whole content
) STRICT;

-- The last release, whole: one canonical row a record.
CREATE TABLE records (
    id          TEXT    PRIMARY KEY NOT NULL,
    hash        TEXT    NOT NULL,
    row         TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

-- What each release changed.
CREATE TABLE changes (
    release     INTEGER NOT NULL REFERENCES releases (number) ON DELETE CASCADE,
    place       INTEGER NOT NULL,
    record      TEXT    NOT NULL,           -- the record's id
    formerly    TEXT,                       -- the id it had, where it was renamed
    change      TEXT    NOT NULL,           -- JSON
    PRIMARY KEY (release, place)
) STRICT, WITHOUT ROWID;

CREATE INDEX changes_by_record ON changes (record, release);
CREATE INDEX changes_by_former_id ON changes (formerly) WHERE formerly IS NOT NULL;

-- What rooms have asked for. A room without a row has asked for nothing.
CREATE TABLE rooms (
    room        TEXT    PRIMARY KEY NOT NULL,
    mode        TEXT    NOT NULL,           -- 'off', 'on' or a schedule in the words of the command
    zone        TEXT,                       -- an IANA name
    next_run    INTEGER                     -- ms since 1970; of a schedule
) STRICT, WITHOUT ROWID;

CREATE TABLE follows (
    room        TEXT    NOT NULL,
    follow      TEXT    NOT NULL,
    PRIMARY KEY (room, follow)
) STRICT, WITHOUT ROWID;

-- One row for each digest of a room: first it gathers releases, then it is composed into messages.
CREATE TABLE digests (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    room        TEXT    NOT NULL,
    first       INTEGER NOT NULL,           -- the first release that it tells of
    last        INTEGER NOT NULL,           -- the last one
    opened_at   INTEGER NOT NULL,           -- ms since 1970
    due         INTEGER NOT NULL,           -- when it is composed, ms since 1970
    state       TEXT    NOT NULL CHECK (state IN ('gathering', 'composed', 'parked')),
    composed_at INTEGER,                    -- ms since 1970
    telling     INTEGER,                    -- what it tells of
    gathered_for INTEGER NOT NULL DEFAULT 0,    -- how long what it takes back was gathered for, in ms
    put_off_since INTEGER,                  -- since when it is due in a room that the bot is not in: ms since 1970
    corrections TEXT    NOT NULL DEFAULT '[]'   -- JSON: what it says about earlier digests
) STRICT;

CREATE UNIQUE INDEX digests_gathering ON digests (room) WHERE state = 'gathering';
CREATE INDEX digests_due ON digests (due) WHERE state = 'gathering';
CREATE INDEX digests_composed ON digests (composed_at) WHERE state = 'composed';
CREATE INDEX digests_parked ON digests (room) WHERE state = 'parked';
CREATE INDEX digests_telling ON digests (telling) WHERE telling IS NOT NULL;

-- What digests tell of. Many rooms are told the same.
CREATE TABLE tellings (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    hash        TEXT    NOT NULL UNIQUE,
    told        TEXT    NOT NULL            -- JSON
) STRICT;

-- What messages say. Many rooms are told the same.
CREATE TABLE bodies (
    hash        TEXT    PRIMARY KEY NOT NULL,
    text        TEXT    NOT NULL,
    html        TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

-- The outbox: what the bot says unasked. In a room, one after the other in the order of the ids.
CREATE TABLE outbox (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    room        TEXT    NOT NULL,
    digest      INTEGER,                    -- the digest that it belongs to, if it does
    kind        TEXT    NOT NULL CHECK (kind IN ('head', 'part', 'edit', 'notice')),
    body        TEXT    NOT NULL,           -- the hash of what it says
    key         TEXT    NOT NULL UNIQUE,    -- its transaction id, and how it is found in the room again
    state       TEXT    NOT NULL CHECK (state IN ('waiting', 'sent', 'parked')),
    event       TEXT,                       -- its event id
    put_at      INTEGER NOT NULL,           -- ms since 1970
    next_try    INTEGER NOT NULL,           -- ms since 1970
    attempts    INTEGER NOT NULL DEFAULT 0,
    first_try   INTEGER,                    -- when it was first sent, whatever became of that: ms since 1970
    device      TEXT,                       -- the device that first sent it
    reason      TEXT                        -- why it is parked, or what the last try met
) STRICT;

CREATE INDEX outbox_waiting ON outbox (room, id) WHERE state = 'waiting';
CREATE INDEX outbox_by_digest ON outbox (digest);

-- Single values: the secret that keys are made with, what was reported, how far history is folded.
CREATE TABLE facts (
    name        TEXT    PRIMARY KEY NOT NULL,
    value       TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
