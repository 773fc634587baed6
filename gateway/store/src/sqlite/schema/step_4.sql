-- Schema 4: the log of alerts. One row per event, from when it was raised until it was over.
CREATE TABLE alerts(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    content TEXT NOT NULL,    -- the alert as JSON, with who takes care of it
    raised_at INTEGER NOT NULL,
    cleared_at INTEGER        -- NULL while it holds
) STRICT;
CREATE INDEX alerts_open ON alerts(id) WHERE cleared_at IS NULL;
