//! The site file of the building whose year is stored.

use std::fmt::Write;

use domain::site::Site;

use super::{METERS, ROOMS};

/// The site itself.
pub(crate) fn site() -> Site {
    domain::site::parse(&text(), "site.toml").expect("the bench writes its site right")
}

/// Each room is a zone with its air and its movement; the first thirty have a meter.
pub(crate) fn text() -> String {
    let mut text = tests::installation::site_file("");
    for n in 0..ROOMS {
        let _ = writeln!(text, "[[zone]]\nid = \"room-{n}\"\nname = \"Salle {n}\"");
        for quantity in ["co2", "temperature", "relative_humidity", "occupancy_detected"] {
            let id = quantity.replace('_', "-");
            let _ = writeln!(
                text,
                "[[point]]\nid = \"room-{n}-{id}\"\nzone = \"room-{n}\"\nquantity = \"{quantity}\"\n\
                 sources = [{{ device = \"room-{n}\" }}]"
            );
        }
    }
    for n in 0..METERS {
        let _ = writeln!(
            text,
            "[[meter]]\nid = \"meter-{n}\"\nname = \"Compteur {n}\"\nzone = \"room-{n}\"\n\
             energy = [{{ device = \"meter-{n}\" }}]\npower = [{{ device = \"meter-{n}\" }}]"
        );
    }
    text
}
