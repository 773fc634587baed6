//! CO2, temperature and humidity over I2C.

use super::*;

const PLAIN: Scd4xSettings =
    Scd4xSettings { pressure_hpa: None, temperature_offset: None, self_calibration: false };

/// Transactions of an SCD4x before it measures, with nothing to be set.
fn beginning() -> Vec<Transaction> {
    vec![
        Transaction::write(SCD4X, vec![0x3f, 0x86]),
        Transaction::write(SCD4X, vec![0x36, 0x82]),
        Transaction::read(SCD4X, vec![0xf8, 0x96, 0x31, 0x9f, 0x07, 0xc2, 0x3b, 0xbe, 0x89]),
        Transaction::write(SCD4X, vec![0x24, 0x16, 0x00, 0x00, 0x81]),
        Transaction::write(SCD4X, vec![0x21, 0xb1]),
    ]
}

/// A look whether there is something new.
fn ready(low: u8, crc: u8) -> [Transaction; 2] {
    [Transaction::write(SCD4X, vec![0xe4, 0xb8]), Transaction::read(SCD4X, vec![0x80, low, crc])]
}

#[test]
fn an_scd4x_is_stopped_set_up_and_started_and_its_air_is_read() {
    // The example of the data sheet: 500 ppm, 25 °C, 37 %.
    let mut wire = beginning();
    wire.splice(
        3..3,
        [
            Transaction::write(SCD4X, vec![0x24, 0x1d, 0x07, 0xe6, 0x48]),
            Transaction::write(SCD4X, vec![0xe0, 0x00, 0x03, 0xdb, 0x42]),
        ],
    );
    wire.extend(ready(0x06, 0x04));
    wire.extend([
        Transaction::write(SCD4X, vec![0xec, 0x05]),
        Transaction::read(SCD4X, vec![0x01, 0xf4, 0x33, 0x66, 0x67, 0xa2, 0x5e, 0xb9, 0x3c]),
    ]);
    let mut bus = BusMock::new(&wire);
    let settings =
        Scd4xSettings { pressure_hpa: Some(987), temperature_offset: Some(5.4), ..PLAIN };
    let mut sensor = Scd4x::new(bus.clone(), NoopDelay::new(), settings);

    assert_eq!(sensor.begin().unwrap(), "SCD4x, serial number f8969f073bbe");
    let air = sensor.poll().unwrap();

    assert_eq!(
        values(&air),
        [(Quantity::Co2, 500.0), (Quantity::Temperature, 25.0), (Quantity::RelativeHumidity, 37.0)]
    );
    bus.done();
}

#[test]
fn an_scd4x_that_has_nothing_new_says_nothing() {
    let mut wire = beginning();
    wire.extend(ready(0x00, 0xa2));
    let mut bus = BusMock::new(&wire);
    let mut sensor = Scd4x::new(bus.clone(), NoopDelay::new(), PLAIN);

    sensor.begin().unwrap();

    assert_eq!(sensor.poll().unwrap(), []);
    bus.done();
}

#[test]
fn air_that_was_damaged_on_the_wire_is_no_air() {
    let mut wire = beginning();
    wire.extend(ready(0x06, 0x04));
    wire.extend([
        Transaction::write(SCD4X, vec![0xec, 0x05]),
        Transaction::read(SCD4X, vec![0x01, 0xf5, 0x33, 0x66, 0x67, 0xa2, 0x5e, 0xb9, 0x3c]),
    ]);
    let mut bus = BusMock::new(&wire);
    let mut sensor = Scd4x::new(bus.clone(), NoopDelay::new(), PLAIN);

    sensor.begin().unwrap();

    assert!(matches!(sensor.poll(), Err(Fault::Damaged(_))));
    bus.done();
}

#[test]
fn the_zero_before_the_first_measurement_is_not_published() {
    let mut wire = beginning();
    wire.extend(ready(0x06, 0x04));
    wire.extend([
        Transaction::write(SCD4X, vec![0xec, 0x05]),
        Transaction::read(SCD4X, vec![0x00, 0x00, 0x81, 0x66, 0x67, 0xa2, 0x5e, 0xb9, 0x3c]),
    ]);
    let mut bus = BusMock::new(&wire);
    let mut sensor = Scd4x::new(bus.clone(), NoopDelay::new(), PLAIN);

    sensor.begin().unwrap();

    assert!(matches!(sensor.poll(), Err(Fault::Implausible(_))));
    bus.done();
}

#[test]
fn a_sensor_that_is_not_there_is_told_with_what_to_check() {
    let nobody = ErrorKind::NoAcknowledge(NoAcknowledgeSource::Address);
    let wire = [Transaction::write(SCD4X, vec![0x3f, 0x86]).with_error(nobody)];
    let mut bus = BusMock::new(&wire);

    let fault = Scd4x::new(bus.clone(), NoopDelay::new(), PLAIN).begin().unwrap_err().to_string();

    assert!(fault.starts_with("the SCD4x at I²C address 0x62 does not answer"), "{fault}");
    assert!(fault.ends_with("check its power, wires and address"), "{fault}");
    bus.done();
}

#[test]
fn a_forced_calibration_tells_what_it_has_changed_and_measures_again() {
    // The example of the data sheet: 480 ppm, and a correction of -50 ppm.
    let mut wire = beginning();
    wire.extend([
        Transaction::write(SCD4X, vec![0x3f, 0x86]),
        Transaction::write(SCD4X, vec![0x36, 0x2f, 0x01, 0xe0, 0xb4]),
        Transaction::read(SCD4X, vec![0x7f, 0xce, 0x7b]),
        Transaction::write(SCD4X, vec![0x21, 0xb1]),
    ]);
    let mut bus = BusMock::new(&wire);
    let mut sensor = Scd4x::new(bus.clone(), NoopDelay::new(), PLAIN);

    sensor.begin().unwrap();

    assert_eq!(sensor.calibrate(480).unwrap().correction_ppm, -50);
    bus.done();
}

#[test]
fn a_calibration_that_is_refused_leaves_the_sensor_measuring() {
    let mut wire = beginning();
    wire.extend([
        Transaction::write(SCD4X, vec![0x3f, 0x86]),
        Transaction::write(SCD4X, vec![0x36, 0x2f, 0x01, 0xe0, 0xb4]),
        Transaction::read(SCD4X, vec![0xff, 0xff, 0xac]),
        Transaction::write(SCD4X, vec![0x21, 0xb1]),
    ]);
    let mut bus = BusMock::new(&wire);
    let mut sensor = Scd4x::new(bus.clone(), NoopDelay::new(), PLAIN);

    sensor.begin().unwrap();

    assert!(sensor.calibrate(480).unwrap_err().to_string().contains("three minutes"));
    bus.done();
}

// SHT4x -------------------------------------------------------------------------------------------------------------

#[test]
fn an_sht4x_is_read_with_the_formula_of_its_data_sheet() {
    let wire = [
        Transaction::write(SHT4X, vec![0x94]),
        Transaction::write(SHT4X, vec![0x89]),
        Transaction::read(SHT4X, vec![0xbe, 0xef, 0x92, 0xbe, 0xef, 0x92]),
        Transaction::write(SHT4X, vec![0xfd]),
        Transaction::read(SHT4X, vec![0x66, 0x66, 0x93, 0x80, 0x00, 0xa2]),
        // Beyond what can be, where the formula runs over.
        Transaction::write(SHT4X, vec![0xfd]),
        Transaction::read(SHT4X, vec![0x66, 0x66, 0x93, 0xff, 0xff, 0xac]),
        // Damaged.
        Transaction::write(SHT4X, vec![0xfd]),
        Transaction::read(SHT4X, vec![0x66, 0x66, 0x94, 0x80, 0x00, 0xa2]),
    ];
    let mut bus = BusMock::new(&wire);
    let mut sensor = Sht4x::new(bus.clone(), Sht4xAddress::X44, NoopDelay::new());

    assert_eq!(sensor.begin().unwrap(), "SHT4x, serial number beefbeef");
    let air = sensor.poll().unwrap();
    let wet = sensor.poll().unwrap();
    let damaged = sensor.poll();

    assert_eq!(values(&air), [(Quantity::Temperature, 25.0), (Quantity::RelativeHumidity, 56.5)]);
    assert_eq!(values(&wet)[1], (Quantity::RelativeHumidity, 100.0));
    assert!(matches!(damaged, Err(Fault::Damaged(_))));
    bus.done();
}

// Current clamp -----------------------------------------------------------------------------------------------------
