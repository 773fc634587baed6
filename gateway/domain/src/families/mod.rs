//! Device families: one file each, from topic and payload to reports.
