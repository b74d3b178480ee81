//! What bytes are, whatever they mean.

pub(crate) mod crc;
pub(crate) mod gunzip;
pub(crate) mod hash;
pub(crate) mod json;
pub(crate) mod parcel;
pub(crate) mod text;
