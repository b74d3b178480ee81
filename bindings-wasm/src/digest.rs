//! SHA-256 by the browser, where WebAssembly can wait for it.

use js_sys::Uint8Array;
use trailseal::{Examine, Limits};
use wasm_bindgen::prelude::*;

/// Below, waiting takes longer than hashing here.
const LEAST_BYTES: usize = 16 << 10;

#[wasm_bindgen(raw_module = "#digest")]
extern "C" {
    /// Whether WebAssembly can be suspended here, and the browser hashes.
    #[wasm_bindgen(thread_local_v2, js_name = isThere)]
    static IS_THERE: bool;

    /// Has so many bytes at this address hashed, and returns when they are. Of whole numbers alone, so that it is imported as it is:
    /// a function of JavaScript's around it could not be suspended.
    fn hash(address: i32, length: i32);

    /// Hands over the hash; nothing if there is none.
    fn hashed() -> Option<Uint8Array>;
}

/// Examines within these limits, and has the browser hash if it can.
pub(crate) fn examine_within(limits: &Limits) -> Examine {
    let examine = Examine::within(limits);
    if IS_THERE.with(|is_there| *is_there) { examine.hashing_by(sha256) } else { examine }
}

fn sha256(content: &[u8]) -> Option<[u8; 32]> {
    if content.len() < LEAST_BYTES {
        return None;
    }
    // Addresses have 32 bits, which JavaScript takes for signed ones here.
    hash(content.as_ptr() as usize as i32, content.len() as i32);
    let hashed = hashed().filter(|hash| hash.length() == 32)?;
    let mut sha256 = [0; 32];
    hashed.copy_to(&mut sha256);
    Some(sha256)
}
