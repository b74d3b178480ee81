//! Lists of accounts, as organisations keep them: who is asked for, under which names, and since when.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::bytes::text::printable;
use crate::terms::error::Error;
use crate::terms::request::{Expect, Request, period};
use crate::terms::scope::is_account;
use crate::terms::time::{Period, Time};

/// Accounts that somebody lists, by their ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster {
    /// What is listed of each.
    pub members: BTreeMap<String, Member>,
}

/// What is listed of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Member {
    /// Its name; whoever owns the account chose it.
    pub name: Option<String>,
    /// When it joined.
    pub joined: Option<Time>,
    /// How it stands, if that is not `ACTIVE`.
    pub state: Option<String>,
}

/// What a list asks in a period, beside what it asks of everybody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Called {
    /// Accounts that are asked.
    pub asked: u64,
    /// Of these, accounts that joined within the period, and are asked from then on.
    pub joining: Vec<(String, Time)>,
    /// Accounts that joined after the period, and are not asked.
    pub later: Vec<(String, Time)>,
    /// Accounts that are asked although the list says that they are not active.
    pub inactive: Vec<(String, String)>,
}

/// An account in the answer of `aws organizations list-accounts`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    id: Value,
    name: Option<String>,
    joined_timestamp: Option<Value>,
    status: Option<String>,
    state: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    accounts: Vec<Listed>,
    next_token: Option<Value>,
}

impl Roster {
    /// Reads a list: what `aws organizations list-accounts` prints, or its list `Accounts` alone, or a CSV with a head, in which one column
    /// is called `id` or `account`.
    ///
    /// # Errors
    ///
    /// [`Error::Accounts`] with what is wrong: an id that is none, an account that comes twice, a list that is empty or cut off.
    pub fn read(text: &str) -> Result<Self, Error> {
        let text = text.trim_start_matches('\u{feff}').trim_start();
        let rows = if text.starts_with(['{', '[']) { of_json(text)? } else { of_csv(text)? };
        let mut roster = Self::default();
        for (place, id, member) in rows {
            let id = checked(&id).map_err(|reason| refused(format!("{place}: {reason}")))?;
            if roster.members.insert(id.clone(), member).is_some() {
                return Err(refused(format!("{place}: account {id} is listed twice")));
            }
        }
        if roster.members.is_empty() { Err(refused("it lists no account".to_owned())) } else { Ok(roster) }
    }

    /// Adds its accounts to what is asked. Whoever joined within the period is asked from then on; whoever joined after it, not at all.
    ///
    /// # Errors
    ///
    /// [`Error::Accounts`] if accounts are named beside it, or if it has none that is asked; errors of the period.
    pub fn call(&self, mut request: Request) -> Result<(Request, Called), Error> {
        if !request.accounts.is_empty() || !request.expect.is_empty() {
            return Err(refused("accounts are also named beside it, by an option or a scope file".to_owned()));
        }
        let asked: Option<Period> = period(request.from.as_deref(), request.to.as_deref())?;
        let mut called = Called::default();
        for (id, Member { joined, state, .. }) in &self.members {
            match (asked, *joined) {
                (Some(asked), Some(joined)) if asked.to <= joined => {
                    called.later.push((id.clone(), joined));
                    continue;
                }
                (Some(asked), Some(joined)) if asked.from < joined => {
                    called.joining.push((id.clone(), joined));
                    let (from, to) = (Some(joined.to_string()), Some(asked.to.to_string()));
                    request.expect.push(Expect { account: Some(id.clone()), from, to, ..Expect::default() });
                }
                _ => request.accounts.push(id.clone()),
            }
            called.asked = called.asked.saturating_add(1);
            called.inactive.extend(state.clone().map(|state| (id.clone(), state)));
        }
        if called.asked == 0 {
            return Err(refused("all of its accounts joined after the period".to_owned()));
        }
        Ok((request, called))
    }

    /// The name of an account, safe to print.
    pub fn name(&self, account: &str) -> Option<String> {
        self.members.get(account)?.name.as_ref().map(|name| printable(name.as_bytes()))
    }
}

fn refused(reason: String) -> Error {
    Error::Accounts { reason }
}

/// The id, or what is wrong with it and what was meant.
fn checked(id: &str) -> Result<String, String> {
    const LEAST: usize = 8;
    let id = id.trim();
    if is_account(id) {
        return Ok(id.to_owned());
    }
    let digits: String = id.chars().filter(|character| !matches!(character, '-' | ' ')).collect();
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let meant = match digits.len() {
        12 if is_number => format!("; did you mean {digits}?"),
        LEAST..12 if is_number => {
            format!("; spreadsheets cut zeros off at the beginning: did you mean {digits:0>12}?")
        }
        _ if id.contains("E+") || id.contains("e+") => {
            "; a spreadsheet made a rounded number of it: format the column as text".to_owned()
        }
        _ => String::new(),
    };
    Err(format!("'{id}' is no AWS account: twelve digits are expected{meant}"))
}

type Row = (String, String, Member);

fn of_json(text: &str) -> Result<Vec<Row>, Error> {
    let unread = |error: serde_json::Error| refused(error.to_string());
    let accounts = if text.starts_with('[') {
        serde_json::from_str::<Vec<Listed>>(text).map_err(unread)?
    } else {
        let page: Page = serde_json::from_str(text).map_err(unread)?;
        if page.next_token.is_some_and(|token| !token.is_null()) {
            return Err(refused(
                "it is cut off, as its NextToken says: list the accounts without a limit of pages or items".to_owned(),
            ));
        }
        page.accounts
    };
    let row = |(number, listed): (usize, Listed)| {
        let place = format!("account {number} of the list");
        let joined = listed.joined_timestamp.filter(|joined| !joined.is_null());
        let joined = joined
            .map(|joined| moment(&plain(&joined)).ok_or_else(|| refused(format!("{place}: {joined} is no time"))))
            .transpose()?;
        let member = Member { name: listed.name, joined, state: told(listed.state.or(listed.status)) };
        Ok((place, plain(&listed.id), member))
    };
    (1..).zip(accounts).map(row).collect()
}

/// A JSON text or number as it is written.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A time in text, or the seconds since 1970 that some versions of the AWS CLI write.
fn moment(text: &str) -> Option<Time> {
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // Fewer digits are a date of a spreadsheet, as is a second point.
    let is_unix = (9..=11).contains(&seconds.len()) && is_number(seconds) && is_number(fraction);
    Time::from_text(text).ok().or_else(|| seconds.parse().ok().filter(|_| is_unix).and_then(Time::from_unix))
}

/// How an account stands, if that is worth telling.
fn told(state: Option<String>) -> Option<String> {
    state.map(|state| state.trim().to_owned()).filter(|state| !state.is_empty() && !state.eq_ignore_ascii_case("active"))
}

fn of_csv(text: &str) -> Result<Vec<Row>, Error> {
    let head = text.lines().next().unwrap_or_default();
    let separator = [b',', b';', b'\t'].into_iter().max_by_key(|separator| {
        let count = head.bytes().filter(|byte| byte == separator).count();
        (count, *separator == b',')
    });
    let mut reader =
        csv::ReaderBuilder::new().delimiter(separator.unwrap_or(b',')).trim(csv::Trim::All).from_reader(text.as_bytes());
    let unread = |error: csv::Error| refused(error.to_string());
    let heads: Vec<String> = reader.headers().map_err(unread)?.iter().map(bare).collect();
    let column = |names: &[&str]| heads.iter().position(|head| names.contains(&head.as_str()));
    let Some(ids) = column(&["id", "account", "accountid", "accountnumber"]) else {
        return Err(refused("it is neither JSON nor a CSV whose first line names a column 'id' or 'account'".to_owned()));
    };
    let names = column(&["name", "accountname"]);
    let joins = column(&["joined", "joinedtimestamp", "joineddate"]);
    let states = column(&["state", "accountstate"]).or_else(|| column(&["status", "accountstatus"]));
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(unread)?;
        if record.iter().all(str::is_empty) {
            continue;
        }
        let place = format!("line {}", record.position().map_or(0, csv::Position::line));
        let cell = |column: Option<usize>| column.and_then(|column| record.get(column)).filter(|cell| !cell.is_empty());
        let joined = cell(joins).map(|joined| moment(joined).ok_or_else(|| refused(format!("{place}: '{joined}' is no time"))));
        let member = Member {
            name: cell(names).map(str::to_owned),
            joined: joined.transpose()?,
            state: told(cell(states).map(str::to_owned)),
        };
        rows.push((place, cell(Some(ids)).unwrap_or_default().to_owned(), member));
    }
    Ok(rows)
}

/// A column's head in small letters, and nothing else of it.
fn bare(head: &str) -> String {
    head.chars().filter(char::is_ascii_alphanumeric).map(|character| character.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Time {
        Time::from_text(text).unwrap()
    }

    #[test]
    fn lists_of_organizations_are_read_in_json_and_csv() {
        let json = r#"{"Accounts":[
            {"Id":"111122223333","Arn":"arn:…","Name":"billing","Status":"ACTIVE","State":"ACTIVE","JoinedMethod":"INVITED","JoinedTimestamp":1481835795.536},
            {"Id":"012345678901","Name":"=cmd|'x'\n","Status":"SUSPENDED","JoinedTimestamp":"2026-03-02T09:30:00.25+00:00"}]}"#;
        let of_json = Roster::read(json).unwrap();
        assert_eq!(of_json.members["111122223333"].joined, Some(time("2016-12-15T21:03:15Z")));
        assert_eq!(of_json.members["012345678901"].state.as_deref(), Some("SUSPENDED"));
        assert_eq!(of_json.name("012345678901").unwrap(), "=cmd|'x'%0A");
        let list: Value = serde_json::from_str(json).unwrap();
        assert_eq!(Roster::read(&list["Accounts"].to_string()).unwrap(), of_json);
        for csv in [
            "\u{feff}Account ID,Name,Joined,Status\r\n111122223333,billing,2016-12-15T21:03:15Z,ACTIVE\r\n,,,\r\n",
            "id;name;joined\n 111122223333 ;\"billing\";2016-12-15 21:03:15Z\n",
            "name\taccount\tjoined timestamp\nbilling\t111122223333\t1481835795.536\n",
        ] {
            let roster = Roster::read(csv).unwrap();
            assert_eq!(
                roster.members.iter().collect::<Vec<_>>(),
                [("111122223333", "billing")].map(|(id, _)| { of_json.members.get_key_value(id).unwrap() }),
                "{csv}"
            );
        }
    }

    #[test]
    fn what_is_no_list_of_accounts_says_why() {
        for (text, reason) in [
            ("", "neither JSON nor a CSV"),
            ("{}", "Accounts"),
            ("{\"Accounts\":[]}", "lists no account"),
            ("id\n", "lists no account"),
            ("{\"Accounts\":[{\"Id\":\"111122223333\"}],\"NextToken\":\"x\"}", "cut off"),
            (
                "id\n12345678901\n",
                "line 2: '12345678901' is no AWS account: twelve digits are expected; spreadsheets cut zeros off at the beginning: did you mean 012345678901?",
            ),
            ("[{\"Id\":12345678901}]", "account 1 of the list: '12345678901'"),
            ("id\n1.11122E+11\n", "rounded number"),
            ("id\n1111-2222-3333\n", "did you mean 111122223333?"),
            ("id,name\n,x\n", "line 2: '' is no AWS account"),
            ("id\n111122223333\n111122223333\n", "line 3: account 111122223333 is listed twice"),
            ("id,joined\n111122223333,yesterday\n", "'yesterday' is no time"),
            ("id,joined\n111122223333,01.04.2026\n", "'01.04.2026' is no time"),
            ("id,joined\n111122223333,46054\n", "'46054' is no time"),
            ("id,joined\n111122223333,1.48E+09\n", "'1.48E+09' is no time"),
            ("id,name\n111122223333\n", "line"),
            ("[{\"Id\":\"111122223333\",\"JoinedTimestamp\":true}]", "no time"),
        ] {
            let refused = Roster::read(text).unwrap_err().to_string();
            assert!(refused.contains(reason), "{text}: {refused}");
        }
        assert!(Roster::read(&"[".repeat(100_000)).is_err());
    }

    #[test]
    fn who_joined_within_the_period_is_asked_from_then_on() {
        let roster = Roster::read(
            "id,joined,state\n000000000001,2026-01-01T00:00:00Z,\n000000000002,2026-01-01T00:00:01Z,CLOSED\n\
             000000000003,2026-04-01T00:00:00Z,CLOSED\n000000000004,,\n",
        )
        .unwrap();
        let asked = Request {
            from: Some("2026-01-01".to_owned()),
            to: Some("2026-04-01".to_owned()),
            regions: vec!["us-east-1".to_owned()],
            ..Request::default()
        };
        let (request, called) = roster.call(asked.clone()).unwrap();
        let questions = request.scope().unwrap().questions;
        let told: Vec<_> = questions
            .iter()
            .map(|question| (question.accounts.iter().map(String::as_str).collect::<Vec<_>>(), question.period.unwrap().from))
            .collect();
        let first = time("2026-01-01T00:00:00Z");
        assert_eq!(told, [(vec!["000000000001", "000000000004"], first), (vec!["000000000002"], first.plus(1))]);
        assert!(questions.iter().all(|question| question.regions.contains("us-east-1")));
        assert_eq!((called.asked, called.joining.len(), called.later.len(), called.inactive.len()), (3, 1, 1, 1));
        let (everybody, _) = roster.call(Request::default()).unwrap();
        assert_eq!(everybody.accounts.len(), 4, "without a period nobody joined late");
        let beside = Request { accounts: vec!["111122223333".to_owned()], ..asked.clone() };
        assert!(roster.call(beside).unwrap_err().to_string().contains("also named beside it"));
        let before = Request { from: Some("2025-01-01".to_owned()), to: Some("2025-02-01".to_owned()), ..Request::default() };
        let late = Roster::read("id,joined\n000000000001,2026-01-01\n").unwrap();
        assert!(late.call(before).unwrap_err().to_string().contains("joined after the period"));
    }
}
