//! A view as its users meet it.
