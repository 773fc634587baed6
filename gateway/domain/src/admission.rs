//! Which reports become readings, and why the others do not.
