//! Readings in: the topics and payloads of our own nodes.
