//! What each kind of evidence knows of itself; no kind knows another.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::container::Treatment;
use crate::evidence::content::Opened;
use crate::terms::path::{EntryPath, SplitPath};
use crate::terms::scope::Scope;

/// A kind of evidence: what its names claim, and what a file of it says.
pub(crate) trait Evidence {
    /// What a name claims.
    type Claim<'n>: Copy + PartialEq;
    /// What a file says, or that it could not be read.
    type Facts: Clone + Ord + Serialize + DeserializeOwned;

    /// What a path claims, if it is one of this kind's.
    fn claim(path: SplitPath<'_>) -> Option<Self::Claim<'_>>;

    /// How containers treat a file of it.
    fn treatment(claim: Self::Claim<'_>) -> Treatment;

    /// Reads a file. `None` if there is nothing to keep of it; why it could not be read is a note.
    fn read(claim: Self::Claim<'_>, path: &EntryPath, content: &mut Opened<'_>) -> Option<Self::Facts>;

    /// What stands for a file that could not be opened; `None` if nothing has to.
    fn unread(_claim: Self::Claim<'_>) -> Option<Self::Facts> {
        None
    }

    /// The facts of a file that a link gives another name; `None` if that name claims something else.
    fn under(facts: &Self::Facts, claim: Self::Claim<'_>, path: &EntryPath) -> Option<Self::Facts>;

    /// True unless its name says that it was not asked.
    fn is_asked(_claim: Self::Claim<'_>, _path: &EntryPath, _scope: &Scope) -> bool {
        true
    }

    /// The content that was inflated and read to its end.
    fn inflated_bytes(_facts: &Self::Facts) -> u64 {
        0
    }
}
