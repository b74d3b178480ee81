//! A result in words, tables and files.

pub(crate) mod asked;
pub(crate) mod asks;
pub(crate) mod causes;
pub(crate) mod html;
pub(crate) mod in_toto;
pub(crate) mod joined;
pub(crate) mod junit;
pub(crate) mod letter;
pub(crate) mod picture;
pub(crate) mod reading;
#[cfg(feature = "schema")]
pub mod schema;
pub(crate) mod summary;
pub(crate) mod table;
pub(crate) mod words;
