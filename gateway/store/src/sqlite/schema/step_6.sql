-- Schema 6. Several quantities of one message are observed and arrive at one instant. A day's column of instants is kept
-- once, and day blocks of all series that have it refer to it.
CREATE TABLE times(
    id INTEGER PRIMARY KEY,   -- days since 1970 << 40 | 40 bits of the digest of data
    data BLOB NOT NULL
) STRICT;
ALTER TABLE blk_d ADD COLUMN times INTEGER;  -- the row of times that the block is read with; NULL when it has its own
CREATE INDEX blk_d_times ON blk_d(times) WHERE times IS NOT NULL;
