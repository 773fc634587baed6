//! People from doors and detectors.
