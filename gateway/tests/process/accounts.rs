//! Accounts from the command line.

use std::io::Write;
use std::process::{Output, Stdio};

use crate::place::{Place, vigie};

/// `vigie user`, with this on its standard input.
fn user(place: &Place, words: &[&str], input: &str) -> Output {
    let mut command = vigie();
    command.args(["--site", &place.path("site.toml"), "--data", &place.path("data"), "user"]);
    command.args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // It may have ended already, when the words alone are wrong.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

#[test]
fn an_account_is_made_with_a_password_from_standard_input_that_is_long_enough() {
    let place = Place::new();

    let short = user(&place, &["add", "marie"], "court\n");
    let added = user(&place, &["add", "marie"], "le chat dort ici\n");
    let again = user(&place, &["add", "marie"], "le chat dort ici\n");
    let as_an_argument = user(&place, &["add", "rene", "le chat dort ici"], "");
    let list = user(&place, &["list"], "");
    let removed = user(&place, &["remove", "marie"], "");

    assert_eq!(short.status.code(), Some(64));
    assert!(String::from_utf8_lossy(&short.stderr).contains("12 to 256 characters"));
    assert!(added.status.success(), "{added:?}");
    assert_eq!(again.status.code(), Some(1));
    assert_eq!(as_an_argument.status.code(), Some(64));
    assert!(String::from_utf8_lossy(&list.stdout).starts_with("marie  since "));
    assert!(removed.status.success());
}
