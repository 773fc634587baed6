//! Output of a command: text for the person, or for the next program of a pipe.

use std::io::{self, Write};

/// Prints to standard output.
pub(super) fn print(text: &str) {
    write(&mut io::stdout(), text);
}

/// Prints to standard error, beside an output that is data.
pub(super) fn print_beside(text: &str) {
    write(&mut io::stderr(), text);
}

fn write(to: &mut impl Write, text: &str) {
    // A terminal that is gone shows nothing; the work of the program is done all the same.
    drop(to.write_all(text.as_bytes()).and_then(|()| to.flush()));
}
