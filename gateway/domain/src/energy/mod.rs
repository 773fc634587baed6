//! Energy from registers and power.
