-- Schema 5. In whose words a source was told, and what later messages need to be understood.
ALTER TABLE series ADD COLUMN family TEXT;

CREATE TABLE learned(
    topic TEXT PRIMARY KEY,
    payload BLOB NOT NULL
) STRICT, WITHOUT ROWID;
