-- Schema 2. Rollups of a day's quarters of an hour are packed together, in a third of the space, and both hold what
-- energy and states need. They are made again from the day blocks by the first seal.
DROP TABLE r15;
DROP TABLE rd;

-- Rollups of the day blocks: the quarters of an hour of one UTC day. id as in blk_d.
CREATE TABLE q15(
    id INTEGER PRIMARY KEY,
    series INTEGER NOT NULL GENERATED ALWAYS AS (id & 1048575) VIRTUAL,
    gap INTEGER NOT NULL,     -- the longest gap by which they were made, in milliseconds
    partly INTEGER NOT NULL,  -- 1: some of its readings are no longer kept
    data BLOB NOT NULL
) STRICT;
CREATE INDEX q15_series ON q15(series);

-- By civil day of the site.
CREATE TABLE rd(
    series INTEGER NOT NULL,
    day INTEGER NOT NULL,     -- days from 1970-01-01 to the civil date
    n INTEGER NOT NULL,
    sum REAL NOT NULL,
    min REAL NOT NULL,
    max REAL NOT NULL,
    ft INTEGER NOT NULL,      -- the first reading: when, and its value
    f REAL NOT NULL,
    lt INTEGER NOT NULL,      -- the last reading
    l REAL NOT NULL,
    inc REAL NOT NULL,        -- registers: what was added between the first and the last
    falls INTEGER NOT NULL,   -- registers: how often one read less than before
    speed REAL NOT NULL,      -- registers: the steepest rise, per hour
    covered INTEGER NOT NULL, -- milliseconds between the first and the last that are no gap
    gaps INTEGER NOT NULL,    -- intervals longer than the longest gap
    held REAL NOT NULL,       -- gauges and states: value times milliseconds held
    PRIMARY KEY (series, day)
) STRICT, WITHOUT ROWID;
UPDATE series SET day_zone = NULL;
