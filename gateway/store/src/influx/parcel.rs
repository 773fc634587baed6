//! Lines on their way: sent at once, cut smaller where the server requires it, and the lines that it will never take
//! found by halves. It does not trust the server's quote of a bad line, which may be half of one.

use super::fault::Fault;
use super::line_protocol::Line;

/// Lines that are sent together, and their outcome so far.
#[derive(Debug)]
pub(super) struct Parcel {
    /// What is still to be sent, the next at the end.
    pieces: Vec<Vec<Line>>,
    may_be_poisonous: bool,
    stored: usize,
    refused: Vec<RefusedLine>,
    suspects: Vec<RefusedLine>,
    was_split: bool,
}

/// A line that the server will never take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RefusedLine {
    /// The line.
    pub(super) line: String,
    /// Why, in the words of the server or our own.
    pub(super) reason: String,
}

/// Outcome of all lines of a parcel.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Delivered {
    /// How many lines the server has.
    pub(super) stored: usize,
    /// Those that it will never take.
    pub(super) refused: Vec<RefusedLine>,
    /// Whether it requires smaller requests.
    pub(super) was_split: bool,
}

impl Parcel {
    /// Packs `lines`.
    pub(super) fn new(mut lines: Vec<Line>) -> Self {
        // A conflict mostly concerns a measurement: its lines side by side are found in fewer requests.
        lines.sort_unstable();
        let pieces = if lines.is_empty() { Vec::new() } else { vec![lines] };
        Self {
            pieces,
            may_be_poisonous: false,
            stored: 0,
            refused: Vec::new(),
            suspects: Vec::new(),
            was_split: false,
        }
    }

    /// From here on a server that fails makes us look for the line it fails over.
    pub(super) fn suspect(&mut self) {
        self.may_be_poisonous = true;
    }

    /// The next piece to send; `None` when there is no more.
    pub(super) fn next(&self) -> Option<&[Line]> {
        self.pieces.last().map(Vec::as_slice)
    }

    /// Records the answer to the piece that was sent last.
    ///
    /// # Errors
    /// Gives the fault back where waiting or a person is needed; the parcel stays as it was.
    pub(super) fn answered(&mut self, answer: Result<(), Fault>) -> Result<(), Fault> {
        match answer {
            Ok(()) => self.stored += self.take_piece().len(),
            Err(Fault::Split) => {
                self.was_split = true;
                self.narrow("larger than the server takes", |parcel| &mut parcel.refused);
            }
            Err(Fault::Isolate { reason, dropped }) => {
                if dropped.is_some() && dropped == self.next().map(<[Line]>::len) {
                    let refused = self.take_piece();
                    self.refused.extend(refused.into_iter().map(|line| refusal(&line, &reason)));
                } else {
                    self.narrow(&reason, |parcel| &mut parcel.refused);
                }
            }
            Err(Fault::Doubtful(reason)) if self.may_be_poisonous => {
                self.narrow(&reason, |parcel| &mut parcel.suspects);
            }
            Err(fault) => return Err(fault),
        }
        Ok(())
    }

    /// Outcome of the lines, once all were sent.
    ///
    /// # Errors
    /// When the server failed over every line: then it is the server that fails.
    pub(super) fn delivered(mut self) -> Result<Delivered, Fault> {
        if self.stored == 0
            && let Some(suspect) = self.suspects.pop()
        {
            return Err(Fault::Doubtful(suspect.reason));
        }
        self.refused.append(&mut self.suspects);
        Ok(Delivered { stored: self.stored, refused: self.refused, was_split: self.was_split })
    }

    fn take_piece(&mut self) -> Vec<Line> {
        self.pieces.pop().unwrap_or_default()
    }

    /// Puts two halves in place of the piece, or a lone line on the list.
    fn narrow(&mut self, reason: &str, list: impl FnOnce(&mut Self) -> &mut Vec<RefusedLine>) {
        let mut piece = self.take_piece();
        if let [line] = piece.as_slice() {
            let refused = refusal(line, reason);
            list(self).push(refused);
        } else {
            let second = piece.split_off(piece.len() / 2);
            self.pieces.extend([second, piece]);
        }
    }
}

fn refusal(line: &Line, reason: &str) -> RefusedLine {
    RefusedLine { line: line.as_str().to_owned(), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use domain::{DatedBy, Instant, Observation, Quantity, Reading, Source};
    use proptest::prelude::*;

    use super::*;

    fn lines(count: i64) -> Vec<Line> {
        (0..count).map(line).collect()
    }

    fn line(millis: i64) -> Line {
        let source =
            Source { device: "air".parse().unwrap(), quantity: Quantity::Co2, channel: None };
        let observed_at = Instant::from_millis(millis);
        let value = Quantity::Co2.number(500.0).unwrap();
        let observation =
            Observation { observed_at, received_at: observed_at, dated_by: DatedBy::Device, value };
        Line::of(&"dreux".parse().unwrap(), &Reading { source, observation }).unwrap()
    }

    /// Sends all that is to be sent to `server`, and counts the requests.
    fn send(
        mut parcel: Parcel,
        mut server: impl FnMut(&[Line]) -> Result<(), Fault>,
    ) -> (Result<Delivered, Fault>, usize) {
        let mut requests = 0;
        while let Some(piece) = parcel.next() {
            requests += 1;
            let answer = server(piece);
            if let Err(fault) = parcel.answered(answer) {
                return (Err(fault), requests);
            }
        }
        (parcel.delivered(), requests)
    }

    fn suspected(lines: Vec<Line>) -> Parcel {
        let mut parcel = Parcel::new(lines);
        parcel.suspect();
        parcel
    }

    fn malformed() -> Fault {
        Fault::Isolate { reason: "unable to parse".to_owned(), dropped: None }
    }

    #[test]
    fn the_poisonous_line_stands_alone_and_its_neighbours_go_through() {
        let poison = line(700);
        let (delivered, requests) = send(Parcel::new(lines(1000)), |piece| {
            if piece.contains(&poison) { Err(malformed()) } else { Ok(()) }
        });

        let delivered = delivered.unwrap();
        assert_eq!(delivered.stored, 999);
        assert_eq!(delivered.refused, [refusal(&poison, "unable to parse")]);
        assert!(requests <= 21, "{requests} requests");
    }

    #[test]
    fn what_the_server_drops_as_a_whole_is_not_sent_line_by_line() {
        let (delivered, requests) = send(Parcel::new(lines(1000)), |piece| {
            Err(Fault::Isolate { reason: "too old".to_owned(), dropped: Some(piece.len()) })
        });

        assert_eq!(requests, 1);
        assert_eq!(delivered.unwrap().refused.len(), 1000);
    }

    #[test]
    fn a_request_that_is_too_large_goes_in_smaller_ones() {
        let (delivered, requests) = send(Parcel::new(lines(1000)), |piece| {
            if piece.len() > 300 { Err(Fault::Split) } else { Ok(()) }
        });

        let delivered = delivered.unwrap();
        assert_eq!((delivered.stored, delivered.was_split, requests), (1000, true, 7));
    }

    #[test]
    fn a_server_that_fails_is_waited_for_and_only_then_suspected() {
        let fails = |_: &[Line]| Err(Fault::Doubtful("disk".to_owned()));
        let (outcome, requests) = send(Parcel::new(lines(8)), fails);
        assert_eq!((outcome, requests), (Err(Fault::Doubtful("disk".to_owned())), 1));

        let (outcome, _) = send(suspected(lines(8)), fails);
        assert_eq!(outcome, Err(Fault::Doubtful("disk".to_owned())));
    }

    #[test]
    fn the_line_that_a_server_fails_over_is_found() {
        let poison = line(3);
        let (delivered, _) = send(suspected(lines(8)), |piece| {
            let fails = piece.contains(&poison);
            if fails { Err(Fault::Doubtful("panic".to_owned())) } else { Ok(()) }
        });

        let delivered = delivered.unwrap();
        assert_eq!(delivered.refused, [refusal(&poison, "panic")]);
        assert_eq!(delivered.stored, 7);
    }

    fn gone() -> Fault {
        Fault::Wait { reason: "gone".to_owned(), retry_after: None }
    }

    #[test]
    fn an_outage_in_the_middle_leaves_the_parcel_as_it_was() {
        let mut parcel = Parcel::new(lines(8));
        let before = parcel.next().unwrap().to_vec();

        let fault = parcel.answered(Err(gone()));

        assert_eq!(fault, Err(gone()));
        assert_eq!(parcel.next().unwrap(), before);
    }

    proptest! {
        #[test]
        fn every_line_is_stored_or_refused_and_only_bad_ones_are_refused(bad in proptest::collection::vec(any::<bool>(), 1..200)) {
            let poison: Vec<_> = (0..).zip(&bad).filter(|(_, bad)| **bad).map(|(at, _)| line(at)).collect();
            let count = i64::try_from(bad.len()).unwrap();
            let (delivered, _) = send(Parcel::new(lines(count)), |piece| {
                if piece.iter().any(|line| poison.contains(line)) { Err(malformed()) } else { Ok(()) }
            });

            let delivered = delivered.unwrap();
            let mut refused: Vec<_> = delivered.refused.into_iter().map(|refused| refused.line).collect();
            let mut expected: Vec<_> = poison.iter().map(ToString::to_string).collect();
            refused.sort();
            expected.sort();
            prop_assert_eq!(refused, expected);
            prop_assert_eq!(delivered.stored, bad.len() - poison.len());
        }
    }
}
