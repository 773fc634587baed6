-- Schema 9. What was imported, so that its age counts from the import and not from its own date. Days since 1970.
CREATE TABLE IF NOT EXISTS imported(
    series INTEGER NOT NULL,
    on_day INTEGER NOT NULL,     -- the day of the import
    first INTEGER NOT NULL,      -- the first day with imported readings
    last INTEGER NOT NULL,       -- the last one
    PRIMARY KEY (series, on_day)
) STRICT, WITHOUT ROWID;
