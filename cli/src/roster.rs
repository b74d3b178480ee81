//! Accounts that are asked by a list, with their names, which belong to no report.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use trailseal::{Called, Cell, Objects, Report, Request, Roster, Table, counted, printable};

use crate::Failure;
use crate::bounded;

/// Bytes of a list of accounts: a hundred thousand of them.
const LIST_BYTES: u64 = 64 << 20;
/// Accounts of a kind that are named one by one.
const FEW: usize = 5;

/// A list, and what it asks.
pub(crate) struct Listed {
    file: PathBuf,
    pub(crate) roster: Roster,
    called: Called,
}

impl Listed {
    /// Adds the accounts of a list to what is asked.
    pub(crate) fn of(file: &Path, request: Request) -> Result<(Request, Self), Failure> {
        let roster = Roster::read(&bounded::text(file, LIST_BYTES)?).map_err(|error| Failure::at(file, error))?;
        let (request, called) = roster.call(request).map_err(|error| Failure::at(file, error))?;
        Ok((request, Self { file: file.to_owned(), roster, called }))
    }

    /// Who is asked, and since when, in words.
    pub(crate) fn words(&self) -> String {
        let Called { asked, joining, later, inactive, .. } = &self.called;
        let file = printable(self.file.to_string_lossy().as_bytes());
        let mut words = format!("{} by {file}.", counted(*asked, "account is asked", "accounts are asked"));
        let since = |(account, time): &(String, trailseal::Time)| format!("{} ({time})", self.named(account));
        let stands = |(account, state): &(String, String)| format!("{} ({})", self.named(account), printable(state.as_bytes()));
        let joined =
            counted(joining.len() as u64, "joined within the period and is asked", "joined within the period and are asked");
        let after =
            counted(later.len() as u64, "joined after the period and is not asked", "joined after the period and are not asked");
        let others =
            counted(inactive.len() as u64, "is asked though not listed as active", "are asked though not listed as active");
        for (head, accounts) in [
            (format!("{joined} from then on"), joining.iter().map(since).collect::<Vec<_>>()),
            (after, later.iter().map(since).collect()),
            (others, inactive.iter().map(stands).collect()),
        ] {
            if !accounts.is_empty() {
                let more = accounts.len().saturating_sub(FEW);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                let few = accounts.iter().take(FEW).cloned().collect::<Vec<_>>();
                words += &format!(" {head}: {}{more}.", few.join(", "));
            }
        }
        words
    }

    /// The accounts of the list that are not proved everywhere, with their names, a line each.
    pub(crate) fn open(&self, report: &Report) -> Vec<String> {
        let columns = Table::Asked.columns();
        let column = |name: &str| columns.iter().position(|column| column.name == name);
        let mut states: BTreeMap<String, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
        for row in Table::Asked.rows(report, &Objects::default(), 0) {
            let text = |name: &str| match column(name).and_then(|at| row.get(at)) {
                Some(Cell::Text(text)) => Some(text.to_string()),
                _ => None,
            };
            if let (Some(account), Some(state)) = (text("account"), text("state"))
                && state != "proved"
            {
                let region = text("region").unwrap_or_else(|| "all regions".to_owned());
                states.entry(account).or_default().entry(state).or_default().insert(region);
            }
        }
        let line = |(account, states): (&String, &BTreeMap<String, BTreeSet<String>>)| {
            let of_state = |(state, regions): (&String, &BTreeSet<String>)| {
                let regions: Vec<&str> = regions.iter().map(String::as_str).collect();
                format!("{state}: {}", printable(regions.join(", ").as_bytes()))
            };
            let states: Vec<String> = states.iter().map(of_state).collect();
            format!("{}  {}", self.named(account), states.join("; "))
        };
        states.iter().map(line).collect()
    }

    /// An account with its name.
    pub(crate) fn named(&self, account: &str) -> String {
        let name = self.roster.name(account).map_or_else(String::new, |name| format!(" {name}"));
        format!("{account}{name}")
    }
}
