//! An error and its causes as one line of text, for logs and for people.

use std::error::Error;

/// The message of `error` followed by those of its causes, each after a colon.
///
/// ```
/// let error = std::io::Error::other("the disk is full");
/// assert_eq!(domain::failure_chain(&error), "the disk is full");
/// ```
pub fn failure_chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use std::fmt;

    use super::*;

    #[derive(Debug)]
    struct Failed(&'static str, Option<Box<Failed>>);

    impl fmt::Display for Failed {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Failed {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            self.1.as_deref().map(|cause| cause as _)
        }
    }

    #[test]
    fn every_cause_stands_in_the_line_the_innermost_last() {
        let innermost = Failed("no space left on device", None);
        let middle = Failed("the journal cannot be written", Some(Box::new(innermost)));
        let outermost = Failed("readings cannot be stored", Some(Box::new(middle)));
        assert_eq!(
            failure_chain(&outermost),
            "readings cannot be stored: the journal cannot be written: no space left on device"
        );
    }
}
