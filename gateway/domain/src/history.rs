//! Summaries of a series over a grid.
