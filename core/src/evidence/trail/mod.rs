//! Trails: what their digest files list, sign and join, and what is there of it.

pub(crate) mod apart;
pub(crate) mod asked;
pub(crate) mod chain;
pub(crate) mod continued;
pub(crate) mod coverage;
pub(crate) mod digest;
pub(crate) mod digests;
pub(crate) mod fetch;
pub(crate) mod files;
pub(crate) mod graph;
pub(crate) mod logs;
pub(crate) mod metadata;
pub(crate) mod name;
pub(crate) mod place;
pub(crate) mod register;
pub(crate) mod root;
pub(crate) mod section;
pub(crate) mod sign;
