-- Schema 3: the ledger.
-- What people corrected and changed, by whom and why. Rows are only ever added: an undo is another row.
CREATE TABLE ledger(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    author TEXT NOT NULL,
    reason TEXT NOT NULL,
    deed TEXT NOT NULL,       -- JSON; what was done
    text_before TEXT          -- the site file before a change of it
) STRICT;
CREATE TRIGGER ledger_stays BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END;
CREATE TRIGGER ledger_keeps BEFORE DELETE ON ledger BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END;
