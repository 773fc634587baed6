//! The site file: TOML, read and checked, with messages that name line and remedy.
