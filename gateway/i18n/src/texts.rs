//! Macro for fixed texts in both languages. One that is missing in a language does not compile.

macro_rules! labels {
    ($(#[$doc:meta])* $labels:ident: $($name:ident: $french:literal, $english:literal;)*) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $labels {
            $(#[doc = concat!("`` ", $french, " ``")] pub $name: &'static str,)*
        }

        impl $labels {
            pub(crate) const FRENCH: Self = Self { $($name: $french,)* };

            pub(crate) const ENGLISH: Self = Self { $($name: $english,)* };
        }
    };
}
pub(crate) use labels;
