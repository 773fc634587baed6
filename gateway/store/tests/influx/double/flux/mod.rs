//! A small Flux: enough for every question that the adapter asks and for those of the recording that a server answered.

mod csv;
mod evaluate;
mod extern_tree;
mod grid;
mod stages;
mod syntax;
mod tables;

pub(crate) use csv::{error_table, write};
pub(crate) use evaluate::{Failure, Reading, Storage, Value, ask};
pub(crate) use extern_tree::read as read_extern;
pub(crate) use tables::{Column, Key, Stream, Table};
