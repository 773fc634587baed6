//! A current clamp behind a converter.

use super::*;

/// A look at the converter with 320 samples that `wave` gives.
fn sampled(wave: impl Fn(usize) -> i16) -> Vec<Transaction> {
    let mut wire = vec![
        Transaction::write(ADS1115, vec![0x01, 0x85, 0xe3]),
        Transaction::write(ADS1115, vec![0x01, 0x85, 0xe3]),
        Transaction::write(ADS1115, vec![0x01, 0x84, 0xe3]),
    ];
    for nr in 0..320 {
        let sample = wave(nr).to_be_bytes().to_vec();
        wire.push(Transaction::write_read(ADS1115, vec![0x00], sample));
    }
    wire.push(Transaction::write(ADS1115, vec![0x01, 0x85, 0xe3]));
    wire
}

#[test]
fn a_current_clamp_tells_the_effective_current_whatever_the_bias() {
    // ±16,000 counts of 62.5 µV are 1 V; a bias of 100 counts; in 16 samples a period.
    let square = |nr: usize| if nr % 16 < 8 { 16_100 } else { -15_900 };
    let mut bus = BusMock::new(&sampled(square));
    let clamp = Clamp { amperes_per_volt: 30.0, nominal_v: Some(230.0) };

    let measured = CurrentClamp::new(bus.clone(), NoopDelay::new(), clamp).poll().unwrap();

    assert_eq!(values(&measured), [(Quantity::Current, 30.0), (Quantity::ApparentPower, 6900.0)]);
    bus.done();
}

#[test]
fn a_current_that_is_more_than_the_converter_can_show_is_no_value() {
    let clipped = |nr: usize| if nr % 16 < 8 { i16::MAX } else { i16::MIN };
    let mut bus = BusMock::new(&sampled(clipped));
    let clamp = Clamp { amperes_per_volt: 30.0, nominal_v: None };

    let fault = CurrentClamp::new(bus.clone(), NoopDelay::new(), clamp).poll().unwrap_err();

    assert!(fault.to_string().contains("take a larger clamp"), "{fault}");
    bus.done();
}

// Pins --------------------------------------------------------------------------------------------------------------
