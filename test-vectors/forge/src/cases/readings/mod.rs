//! What decides between two ways of reading a rule, where everything else lets both pass. `second-opinion/switches.py` names the readings.

mod asked;
mod chains;
mod entries;
mod reports;

use super::{chain, trail};
use crate::archive::Archive;
use crate::digest::Digest;
use crate::gzip::gzip;
use crate::trail::Chain;
use crate::vector::Vector;

/// A log of an account, region and year that nobody asks for.
const OF_NOTHING_ASKED: &str = "777788889999_CloudTrail_eu-west-1_20200101T0000Z_AbCdEf0123456789.json.gz";

/// The vectors of this group.
pub(super) fn all() -> Vec<Vector> {
    [
        entries::names(),
        asked::periods(),
        asked::claims(),
        entries::places(),
        entries::logs(),
        chains::links(),
        chains::signatures(),
        chains::keys_of_several_sources(),
        reports::unopened(),
        reports::told(),
    ]
    .concat()
}

/// A chain and its archive, edited.
fn of(id: &str, chain: &Chain, edit: impl FnOnce(&mut Archive)) -> Vector {
    let mut archive = Archive::of(&[chain]);
    edit(&mut archive);
    Vector::new(id, &[chain], archive).near("baseline/account-trail")
}

/// The standard chain with its archive edited.
fn edited(id: &str, edit: impl FnOnce(&Chain, &mut Archive)) -> Vector {
    let chain = chain();
    of(id, &chain, |archive| edit(&chain, archive))
}

/// The standard chain with one digest edited before it is signed.
fn signed(hour: usize, mut edit: impl FnMut(&mut Digest)) -> Chain {
    trail().chain_with(&[2, 1, 0, 2, 1], |n, digest| {
        if n == hour {
            edit(digest);
        }
    })
}

fn file_name(key: &str) -> &str {
    key.rsplit('/').next().expect("a name")
}

fn forged_text() -> Vec<u8> {
    gzip(b"{\"Records\":[{\"eventName\":\"forged\"}]}")
}
