-- Schema 1. Times are milliseconds since 1970 in UTC unless a comment says otherwise.

-- What is known of the file as a whole.
CREATE TABLE meta(
    key TEXT PRIMARY KEY,
    value ANY
) STRICT, WITHOUT ROWID;

-- One row per source. Block ids hold the series in 20 bits.
CREATE TABLE series(
    id INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 1048575),
    device TEXT NOT NULL,
    quantity TEXT NOT NULL,
    channel TEXT NOT NULL,    -- '' when the source has none
    kind TEXT NOT NULL,       -- gauge, state or register
    unit TEXT NOT NULL,
    day_zone TEXT,            -- the time zone of its rows in rd
    UNIQUE (device, quantity, channel)
) STRICT;

-- What was appended since it was last sealed, in the order of arrival. No index: it would be written with each commit.
-- A seq is never given again: meta keeps the last one that was sealed.
CREATE TABLE log(
    seq INTEGER PRIMARY KEY,
    series INTEGER NOT NULL,
    ts INTEGER NOT NULL,
    lag INTEGER,              -- whole seconds from ts to the arrival; NULL when the arrival dated the reading
    v ANY NOT NULL            -- a whole number as INTEGER, any other as REAL; a state is 0 or 1
) STRICT;

-- Sealed readings of one series: of a UTC hour, and of a UTC day. id = hour or day since 1970 << 20 | series, so that
-- what is sealed together lies together. A reading is in the log, in an hour block or in a day block, never in two.
CREATE TABLE blk_h(
    id INTEGER PRIMARY KEY,
    series INTEGER NOT NULL GENERATED ALWAYS AS (id & 1048575) VIRTUAL,
    n INTEGER NOT NULL,
    last INTEGER NOT NULL,    -- the newest ts in it
    data BLOB NOT NULL
) STRICT;
CREATE INDEX blk_h_series ON blk_h(series);

CREATE TABLE blk_d(
    id INTEGER PRIMARY KEY,
    series INTEGER NOT NULL GENERATED ALWAYS AS (id & 1048575) VIRTUAL,
    n INTEGER NOT NULL,
    last INTEGER NOT NULL,
    rev INTEGER NOT NULL,     -- grows with each seal, so that a copy can ask for what is newer
    data BLOB NOT NULL
) STRICT;
CREATE INDEX blk_d_series ON blk_d(series);

-- Summaries of the day blocks: by quarter of an hour, and by civil day of the site. Where all readings of a quarter have
-- few decimals, its numbers are integers scaled by 10^dec, which is smaller and sums exactly; else dec is NULL.
CREATE TABLE r15(
    series INTEGER NOT NULL,
    t INTEGER NOT NULL,       -- the start of the quarter
    n INTEGER NOT NULL,
    dec INTEGER,
    sum ANY NOT NULL,
    min ANY NOT NULL,
    max ANY NOT NULL,
    ft INTEGER NOT NULL,      -- the first reading: milliseconds since t, and its value
    f ANY NOT NULL,
    lt INTEGER NOT NULL,      -- the last reading
    l ANY NOT NULL,
    inc ANY,                  -- registers: what was added between the first and the last
    PRIMARY KEY (series, t)
) STRICT, WITHOUT ROWID;

CREATE TABLE rd(
    series INTEGER NOT NULL,
    day INTEGER NOT NULL,     -- days from 1970-01-01 to the civil date
    n INTEGER NOT NULL,
    sum REAL NOT NULL,
    min REAL NOT NULL,
    max REAL NOT NULL,
    ft INTEGER NOT NULL,      -- the first reading: when, and its value
    f REAL NOT NULL,
    lt INTEGER NOT NULL,
    l REAL NOT NULL,
    inc REAL,
    PRIMARY KEY (series, day)
) STRICT, WITHOUT ROWID;

-- What was sealed before it was forwarded to InfluxDB: the readings of a block are forwarded again as a whole.
CREATE TABLE owed(
    tier INTEGER NOT NULL,    -- 0: id is that of an hour; 1: of a day
    id INTEGER NOT NULL,
    n INTEGER NOT NULL,       -- how many of its readings; grows when more join
    PRIMARY KEY (tier, id)
) STRICT, WITHOUT ROWID;

-- What InfluxDB will never take.
CREATE TABLE not_forwarded(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    line TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT;

-- Refused messages. Payloads lie apart, so that counting a repeated one does not write its payload again.
CREATE TABLE quarantine(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    received_at INTEGER NOT NULL,
    last_received_at INTEGER NOT NULL,
    count INTEGER NOT NULL,
    topic TEXT NOT NULL,
    label TEXT NOT NULL,
    reason TEXT NOT NULL,
    payload_len INTEGER NOT NULL,
    digest INTEGER NOT NULL   -- crc32 of topic, reason and payload, to find a repeated one
) STRICT;
CREATE INDEX quarantine_digest ON quarantine(digest);

CREATE TABLE quarantine_payload(
    id INTEGER PRIMARY KEY,
    payload BLOB NOT NULL
) STRICT;
