//! Result sets of CloudTrail Lake: the files that a query delivered, and the sign file that vouches for their stored bytes.

pub(crate) mod judge;
pub(crate) mod result;
pub(crate) mod section;
pub(crate) mod sign_file;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::container::Treatment;
use crate::evidence::content::Opened;
use crate::evidence::kind::Evidence;
use crate::evidence::lake::result::ResultFile;
use crate::evidence::lake::sign_file::SignFile;
use crate::terms::finding::Code;
use crate::terms::path::{EntryPath, SplitPath};
use crate::terms::scope::{Question, Scope, is_account};

/// What a query delivers.
pub(crate) struct Lake;

/// What a name claims to be of a result set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Claim {
    SignFile,
    Result,
}

/// What is known of a file of a result set.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Facts {
    /// Shared by all links to the file.
    SignFile(Arc<SignFile>),
    /// It says nothing that could be checked; a note says why.
    Malformed,
    /// It could not be read; a note says why.
    UnreadSignFile,
    /// `None` where a note says why it could not be read.
    Result(Option<Box<ResultFile>>),
}

/// The folder below which queries are delivered, behind that of the account.
const FOLDER: &[u8] = b"CloudTrail-Lake";

impl Evidence for Lake {
    type Claim<'n> = Claim;
    type Facts = Facts;

    fn claim(path: SplitPath<'_>) -> Option<Claim> {
        let name = path.name;
        let (stem, is_packed) = name.strip_suffix(b".gz").map_or((name, false), |stem| (stem, true));
        let stem = stem.strip_suffix(b".csv");
        // Browsers take the `.gz` off; a name as plain as `result.csv` may be anybody's.
        let is_result = |stem: &[u8]| match stem.strip_prefix(b"result") {
            Some(b"") => is_packed,
            Some([b'_', rest @ ..]) => !rest.is_empty() && (is_packed || rest.iter().all(u8::is_ascii_digit)),
            _ => false,
        };
        if name == b"result_sign.json" {
            Some(Claim::SignFile)
        } else {
            stem.is_some_and(|stem| is_result(stem) || path.folders().any(|folder| folder == FOLDER)).then_some(Claim::Result)
        }
    }

    fn treatment(_: Claim) -> Treatment {
        Treatment::Read
    }

    fn read(claim: Claim, _: &EntryPath, content: &mut Opened<'_>) -> Option<Facts> {
        Some(match claim {
            Claim::SignFile => match content.plain() {
                Some(bytes) => match sign_file::read(&bytes, content.limits().json_depth) {
                    Ok(sign_file) => Facts::SignFile(Arc::new(sign_file)),
                    Err(reason) => {
                        content.tell(Code::LakeSignFileMalformed, vec![reason]);
                        Facts::Malformed
                    }
                },
                None => Facts::UnreadSignFile,
            },
            Claim::Result => Facts::Result(result::read(content).map(Box::new)),
        })
    }

    fn unread(claim: Claim) -> Option<Facts> {
        Some(match claim {
            Claim::SignFile => Facts::UnreadSignFile,
            Claim::Result => Facts::Result(None),
        })
    }

    fn under(facts: &Facts, claim: Claim, _: &EntryPath) -> Option<Facts> {
        ((claim == Claim::Result) == matches!(facts, Facts::Result(_))).then(|| facts.clone())
    }

    fn is_asked(_: Claim, path: &EntryPath, scope: &Scope) -> bool {
        is_asked(path.split(), scope)
    }

    fn inflated_bytes(facts: &Facts) -> u64 {
        if let Facts::Result(Some(result)) = facts { result.inflated_bytes } else { 0 }
    }
}

/// The account that a path claims: that of the folder above `CloudTrail-Lake`. Nothing else of a result set says whose it is.
pub(crate) fn account(path: SplitPath<'_>) -> Option<&str> {
    let mut folders = path.folders().rev();
    folders.find(|folder| *folder == FOLDER)?;
    folders.next().and_then(|account| std::str::from_utf8(account).ok()).filter(|account| is_account(account))
}

/// True if a path claims an account that was asked, or accounts were asked by no name: what claims nothing that was asked changes nothing.
/// Region, trail and period of what a query found are stated nowhere.
pub(crate) fn is_asked(path: SplitPath<'_>, scope: &Scope) -> bool {
    let account = account(path);
    let is_named = |question: &Question| account.is_some_and(|account| question.accounts.contains(account));
    scope.questions.is_empty() || scope.questions.iter().any(|question| question.accounts.is_empty() || is_named(question))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::request::Request;

    #[test]
    fn names_claim_result_sets() {
        let claim = |path: &str| Lake::claim(EntryPath::new(path).split());
        assert_eq!(claim("q/result_sign.json"), Some(Claim::SignFile));
        let below = "AWSLogs/111122223333/CloudTrail-Lake/Query/2026/03/02/q";
        for result in ["result_1.csv.gz", "q/result_1.csv", "result_x.csv.gz", "result.csv.gz"] {
            assert_eq!(claim(result), Some(Claim::Result), "{result}");
        }
        for result in ["export.csv.gz", "result.csv", "result_x.csv"] {
            assert_eq!(claim(&format!("{below}/{result}")), Some(Claim::Result), "{result}");
            assert!(claim(result).is_none() || result == "result.csv.gz", "{result}");
        }
        for other in ["result_.csv", "results.csv.gz", "result_1.json", "result_sign.json.gz", "x_result_sign.json", "a.csv.gz"] {
            assert_eq!(claim(other), None, "{other}");
        }
    }

    #[test]
    fn a_path_claims_an_account_and_nothing_else() {
        let account = |path: &str| account(Box::leak(EntryPath::new(path).into()).split());
        assert_eq!(account("AWSLogs/111122223333/CloudTrail-Lake/Query/2026/03/02/q/result_1.csv.gz"), Some("111122223333"));
        assert_eq!(account("b.zip/444455556666/CloudTrail-Lake/result_sign.json"), Some("444455556666"));
        for none in ["result_sign.json", "CloudTrail-Lake/result_sign.json", "1111/CloudTrail-Lake/result_sign.json"] {
            assert_eq!(account(none), None, "{none}");
        }
        let scope = |accounts: &[&str]| {
            let accounts = accounts.iter().map(|account| (*account).to_owned()).collect();
            Request { accounts, regions: vec!["eu-west-1".to_owned()], ..Request::default() }.scope().unwrap()
        };
        let is_asked = |path: &str, accounts: &[&str]| is_asked(EntryPath::new(path).split(), &scope(accounts));
        let path = "AWSLogs/111122223333/CloudTrail-Lake/result_sign.json";
        assert!(is_asked(path, &["111122223333"]) && is_asked(path, &[]));
        assert!(!is_asked(path, &["444455556666"]));
        assert!(
            is_asked("result_sign.json", &[]) && !is_asked("result_sign.json", &["444455556666"]),
            "it claims nothing that was asked"
        );
    }
}
