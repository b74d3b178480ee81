//! Lists of public keys that lie in an archive. They prove nothing by themselves: whoever sends an archive may enclose any key.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::bytes::hash::sha256;
use crate::container::Treatment;
use crate::evidence::content::Opened;
use crate::evidence::kind::Evidence;
use crate::terms::finding::Code;
use crate::terms::path::{EntryPath, SplitPath};
use crate::trust::list::{self, KeyEntry};

/// Enclosed key lists.
pub(crate) struct Keys;

/// What one of them says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct KeyList {
    /// Its bytes, by which a list of the verifier's is told to be this one.
    pub(crate) sha256: [u8; 32],
    /// Nothing if it is malformed.
    pub(crate) entries: Vec<KeyEntry>,
}

impl Evidence for Keys {
    /// The region that the file's name states.
    type Claim<'n> = Option<&'n str>;
    /// Shared by all links to the file.
    type Facts = Arc<KeyList>;

    fn claim(path: SplitPath<'_>) -> Option<Option<&str>> {
        let parent = path.folders().next_back().unwrap_or_default();
        let is_list = path.name == b"public-keys.json" || parent == b"public-keys" || path.name.starts_with(b"public-keys-");
        // What lies among the saved answers of commands is one of them.
        (is_list && path.name.ends_with(b".json") && parent != b"captures").then(|| list::stated_region(path.name))
    }

    /// Nothing that is signed names it.
    fn treatment(_: Option<&str>) -> Treatment {
        Treatment::ReadOne
    }

    fn read(region: Option<&str>, _: &EntryPath, content: &mut Opened<'_>) -> Option<Self::Facts> {
        let bytes = content.plain()?;
        let entries = list::read_list(&bytes, region, content.limits().json_depth).unwrap_or_else(|reason| {
            content.tell(Code::MetadataMalformed, vec![reason]);
            Vec::new()
        });
        Some(Arc::new(KeyList { sha256: sha256(&bytes), entries }))
    }

    fn under(facts: &Self::Facts, _: Option<&str>, _: &EntryPath) -> Option<Self::Facts> {
        Some(facts.clone())
    }
}
