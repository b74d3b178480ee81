//! A scope as people write it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::terms::error::Error;
use crate::terms::finding::Effect;
use crate::terms::ledger::Weights;
use crate::terms::scope::{self, Question, Relocation, Scope, TrailAsked};
use crate::terms::time::{Period, Time};

/// Combinations of account, region and trail that may be asked, each of which is looked for.
const MOST_COMBINATIONS: usize = 10_000_000;

/// A scope as people write it: the fields of a scope file (TOML or JSON), which are those of the command line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Request {
    /// Start of the period: a date (midnight in UTC) or a time with an offset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// End of the period, not inside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Accounts, twelve digits each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<String>,
    /// Source regions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<String>,
    /// Trail names, or trail ARNs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub trails: Vec<String>,
    /// Questions of their own, for uneven organisations.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub expect: Vec<Expect>,
    /// Known renamings, `s3://OLD[/PREFIX]=s3://NEW[/PREFIX]`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub relocated: Vec<String>,
    /// Codes with another effect: `refutes`, `limits` or `informs`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub policy: BTreeMap<String, Effect>,
}

/// What one account owes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Expect {
    /// The account, twelve digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Its regions; absent: those stated at the top.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regions: Option<Vec<String>>,
    /// Its trails; absent: those stated at the top.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trails: Option<Vec<String>>,
    /// Start of its period; absent: the one stated at the top.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// End of its period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

impl Request {
    /// Reads a scope file: JSON if its first character is `{`, otherwise TOML.
    ///
    /// # Errors
    ///
    /// [`Error::Scope`] with the parser's reason; unknown fields are refused.
    pub fn from_file(text: &str) -> Result<Self, Error> {
        let text = text.trim_start_matches('\u{feff}').trim_start();
        if text.starts_with('{') {
            serde_json::from_str(text).map_err(|error| Error::Scope { reason: error.to_string() })
        } else {
            toml::from_str(text).map_err(|error| Error::Scope { reason: error.to_string() })
        }
    }

    /// What two requests ask together, for example a scope file and the options beside it.
    ///
    /// # Errors
    ///
    /// [`Error::Scope`] with the field that both state; nothing may be stated twice. Only renamings add up.
    pub fn joined(self, other: Self) -> Result<Self, Error> {
        fn once<T: PartialEq + Default>(field: &str, one: T, other: T) -> Result<T, Error> {
            match (one == T::default(), other == T::default()) {
                (true, _) => Ok(other),
                (false, true) => Ok(one),
                (false, false) => Err(Error::Scope { reason: format!("'{field}' is stated there and also beside it") }),
            }
        }
        Ok(Self {
            from: once("from", self.from, other.from)?,
            to: once("to", self.to, other.to)?,
            accounts: once("accounts", self.accounts, other.accounts)?,
            regions: once("regions", self.regions, other.regions)?,
            trails: once("trails", self.trails, other.trails)?,
            expect: once("expect", self.expect, other.expect)?,
            relocated: [self.relocated, other.relocated].concat(),
            policy: once("policy", self.policy, other.policy)?,
        })
    }

    /// The questions that it asks.
    ///
    /// # Errors
    ///
    /// The first field that cannot be used: half a period, an empty one, a name that is none.
    pub fn scope(&self) -> Result<Scope, Error> {
        let period = period(self.from.as_deref(), self.to.as_deref())?;
        let mut questions = Vec::new();
        if self.expect.is_empty() || !self.accounts.is_empty() {
            questions.push(Question {
                accounts: checked(&self.accounts, account)?,
                regions: checked(&self.regions, region)?,
                trails: checked(&self.trails, trail)?,
                period,
            });
        }
        for expect in &self.expect {
            let own = self::period(expect.from.as_deref(), expect.to.as_deref())?;
            questions.push(Question {
                accounts: checked(expect.account.as_slice(), account)?,
                regions: checked(stated(expect.regions.as_ref(), &self.regions), region)?,
                trails: checked(stated(expect.trails.as_ref(), &self.trails), trail)?,
                period: own.or(period),
            });
        }
        questions.sort();
        questions.dedup();
        let size = |names: &BTreeSet<String>| names.len().max(1);
        let of_question = |question: &Question| {
            let Question { accounts, regions, trails, .. } = question;
            size(accounts).saturating_mul(size(regions)).saturating_mul(size(trails))
        };
        let combinations = questions.iter().map(of_question).fold(0, usize::saturating_add);
        if combinations > MOST_COMBINATIONS {
            return Err(Error::Scope { reason: format!("{combinations} combinations of account, region and trail are too many") });
        }
        let mut relocations = self.relocated.iter().map(|text| text.parse()).collect::<Result<Vec<Relocation>, _>>()?;
        relocations.sort();
        relocations.dedup();
        Ok(Scope { questions, relocations })
    }

    /// How it weighs codes.
    ///
    /// # Errors
    ///
    /// [`Error::Policy`] as [`Weights::set`].
    pub fn weights(&self) -> Result<Weights, Error> {
        let mut weights = Weights::default();
        for (code, effect) in &self.policy {
            weights.set(code, *effect)?;
        }
        Ok(weights)
    }
}

/// What a block states, or the top: an empty list states nothing, and must not ask for less.
fn stated<'a>(own: Option<&'a Vec<String>>, top: &'a [String]) -> &'a [String] {
    own.filter(|own| !own.is_empty()).map_or(top, Vec::as_slice)
}

pub(crate) fn period(from: Option<&str>, to: Option<&str>) -> Result<Option<Period>, Error> {
    match (from, to) {
        (None, None) => Ok(None),
        (Some(from), Some(to)) => Ok(Some(Period::new(Time::from_text(from)?, Time::from_text(to)?)?)),
        _ => Err(Error::HalfPeriod),
    }
}

fn checked(names: &[String], check: fn(&str) -> Result<String, Error>) -> Result<BTreeSet<String>, Error> {
    names.iter().map(|name| check(name)).collect()
}

pub(crate) fn account(text: &str) -> Result<String, Error> {
    if scope::is_account(text) { Ok(text.to_owned()) } else { Err(Error::Account { text: text.to_owned() }) }
}

pub(crate) fn region(text: &str) -> Result<String, Error> {
    if scope::is_region(text) { Ok(text.to_owned()) } else { Err(Error::Name { what: "region", text: text.to_owned() }) }
}

pub(crate) fn trail(text: &str) -> Result<String, Error> {
    let TrailAsked { name, origin } = TrailAsked::of(text);
    let is_origin = origin.is_none_or(|(home, account)| scope::is_region(home) && scope::is_account(account));
    let is_trail = scope::is_trail(name) && is_origin;
    if is_trail { Ok(text.to_owned()) } else { Err(Error::Name { what: "trail name", text: text.to_owned() }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::finding::Code;

    #[test]
    fn more_than_can_be_looked_for_is_not_asked() {
        let names = |make: fn(u32) -> String| (0..4_000).map(make).collect::<Vec<String>>();
        let accounts = names(|number| format!("{number:012}"));
        let request = |trails: Vec<String>| Request { accounts: accounts.clone(), trails, ..Request::default() };
        assert!(request(names(|number| format!("trail-{number}"))).scope().is_err());
        assert!(request(vec!["trail-1".to_owned()]).scope().is_ok());
    }

    #[test]
    fn a_scope_file_reads_the_same_in_toml_and_json() {
        let toml = Request::from_file(
            "from = \"2026-03-01\"\nto = \"2026-03-02\"\nregions = [\"us-east-1\"]\n[[expect]]\naccount = \"111122223333\"\n\
             [policy]\n\"chain.restart\" = \"refutes\"\n",
        )
        .unwrap();
        let json = Request::from_file(
            r#"{"from":"2026-03-01","to":"2026-03-02","regions":["us-east-1"],"expect":[{"account":"111122223333"}],
                "policy":{"chain.restart":"refutes"}}"#,
        )
        .unwrap();
        assert_eq!(toml, json);
        assert_eq!(toml.weights().unwrap().iter().collect::<Vec<_>>(), [(Code::ChainRestart, Effect::Refutes)]);
        let scope = toml.scope().unwrap();
        assert_eq!(scope.questions.len(), 1);
        assert_eq!(scope.questions[0].regions.iter().collect::<Vec<_>>(), ["us-east-1"]);
        assert!(scope.questions[0].period.is_some());
        let emptied = Request { expect: vec![Expect { regions: Some(Vec::new()), ..toml.expect[0].clone() }], ..toml };
        assert_eq!(emptied.scope().unwrap(), scope, "an empty list states nothing");
    }

    #[test]
    fn what_cannot_be_asked_is_refused() {
        let refused = |request: Request| request.scope().unwrap_err().to_string();
        assert!(refused(Request { from: Some("2026-03-01".into()), ..Request::default() }).contains("both ends"));
        for account in ["1", "1234567890123", "12345678901a", "１２３４５６７８９０１２"] {
            assert!(refused(Request { accounts: vec![account.into()], ..Request::default() }).contains("twelve digits"));
        }
        let period = |from: &str, to: &str| Request { from: Some(from.into()), to: Some(to.into()), ..Request::default() };
        assert!(refused(period("2026-03-01", "2026-03-01")).contains("empty"));
        assert!(refused(period("2026-03-01T00:00:00", "2026-03-02")).contains("offset"));
        assert!(Request::from_file("form = \"2026-03-01\"").is_err());
        assert!(Request::from_file("[[expect]]\nregion = \"us-east-1\"").is_err());
    }

    #[test]
    fn nothing_is_stated_twice() {
        let file = Request { from: Some("2026-03-01".into()), relocated: vec!["s3://a=s3://b".into()], ..Request::default() };
        let beside =
            Request { accounts: vec!["111122223333".into()], relocated: vec!["s3://c=s3://d".into()], ..Request::default() };
        let joined = file.clone().joined(beside).unwrap();
        assert_eq!((joined.from.as_deref(), joined.accounts.len(), joined.relocated.len()), (Some("2026-03-01"), 1, 2));
        let twice = file.clone().joined(file).unwrap_err().to_string();
        assert!(twice.contains("'from' is stated there and also beside it"), "{twice}");
    }
}
