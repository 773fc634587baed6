//! Fixed texts in both languages. One that is missing in a language does not compile.

macro_rules! labels {
    ($(#[$doc:meta])* $labels:ident: $($name:ident: $french:literal, $english:literal;)*) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub(crate) struct $labels { $(pub(crate) $name: &'static str,)* }

        impl $labels {
            /// As a caretaker speaks.
            pub(super) const FRENCH: Self = Self { $($name: $french,)* };

            /// The same in English.
            pub(super) const ENGLISH: Self = Self { $($name: $english,)* };
        }
    };
}
pub(super) use labels;
