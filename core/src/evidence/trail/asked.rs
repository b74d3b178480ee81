//! What was asked, of trails: which names, chains and lists it means.

use std::collections::BTreeSet;

use crate::evidence::trail::continued::Continued;
use crate::evidence::trail::name::{self, ChainId, DigestName, LogName, Named};
use crate::terms::path::SplitPath;
use crate::terms::scope::{Question, Scope, TrailAsked, is_account};
use crate::terms::time::{HOUR_SECONDS, MINUTE_SECONDS, Period, Time};

impl Question {
    pub(crate) fn matches_place(&self, account: &str, region: &str, chain: Option<&ChainId<'_>>) -> bool {
        let in_list = |list: &BTreeSet<String>, name: &str| list.is_empty() || list.contains(name);
        let is_trail =
            |chain: &ChainId<'_>| self.trails.is_empty() || self.trails.iter().any(|asked| TrailAsked::of(asked).fits(chain));
        in_list(&self.accounts, account) && in_list(&self.regions, region) && chain.is_none_or(is_trail)
    }
}

impl TrailAsked<'_> {
    /// True if a chain may be this trail's. Below the folder of an organization the digest files do not state the account of the trail,
    /// which is the management account's or a delegated administrator's.
    pub(crate) fn fits(&self, chain: &ChainId<'_>) -> bool {
        self.name == chain.trail
            && self.origin.is_none_or(|(home, account)| {
                home == chain.home_region
                    && (account == chain.account || chain.place.is_of_organization() || !chain.place.is_known())
            })
    }
}

impl Scope {
    /// True if the digest file that bears this name is asked; its interval is taken to be the hour before the time in it.
    pub(crate) fn is_named(&self, name: &DigestName<'_>) -> bool {
        let DigestName { chain, time } = name;
        let hour = Period { from: time.plus(-HOUR_SECONDS), to: *time };
        self.is_asked(chain.account, chain.region, Some(chain), Some(hour))
    }

    /// True if a log file that a digest file of this chain lists may hold events of the asked period: unless it was delivered before the
    /// period and its newest event lies before it, or delivered after the period and its oldest event lies after it, or at its end. The
    /// minute of delivery is that in its name; what is not known leaves it in.
    pub(crate) fn is_listing_asked(
        &self,
        chain: &ChainId<'_>,
        minute: Option<Time>,
        newest: Option<Time>,
        oldest: Option<Time>,
    ) -> bool {
        let is_outside = |asked: &Period| {
            minute.is_some_and(|minute| {
                let is_before = minute.plus(MINUTE_SECONDS) <= asked.from && newest.is_some_and(|newest| newest < asked.from);
                let is_after = minute >= asked.to && oldest.is_some_and(|oldest| oldest >= asked.to);
                is_before || is_after
            })
        };
        self.questions.is_empty()
            || self.questions.iter().any(|question| {
                question.matches_place(chain.account, chain.region, Some(chain))
                    && !question.period.as_ref().is_some_and(is_outside)
            })
    }

    /// True if a digest or log file's name says that it was asked.
    pub(crate) fn is_path_asked(&self, path: SplitPath<'_>) -> bool {
        let Ok(name) = std::str::from_utf8(path.name) else { return false };
        self.questions.is_empty()
            || name::log_name(name).is_some_and(|name| self.is_log_asked(&name))
            || name::digest_name(name).is_some_and(|name| self.is_named(&name))
    }

    /// True if a log file of this name is asked, whatever lists it: names do not tell trails.
    pub(crate) fn is_log_asked(&self, name: &LogName<'_>) -> bool {
        let minute = Period { from: name.time, to: name.time.plus(MINUTE_SECONDS) };
        self.is_asked(name.account, name.region, None, Some(minute))
    }

    /// Whether what has a name that is no CloudTrail file's may be asked: by the name with which it begins, or by the account.
    pub(crate) fn may_be_asked(&self, file_name: &[u8]) -> bool {
        match Continued::of(file_name).map(|continued| continued.claims) {
            Some(Named::Digest(name)) => return self.is_named(&name),
            Some(Named::Log(name)) => return self.is_log_asked(&name),
            _ => {}
        }
        let account = file_name.split(|byte| *byte == b'_').next().and_then(|account| std::str::from_utf8(account).ok());
        account.filter(|account| is_account(account)).is_none_or(|account| {
            let asks = |question: &Question| question.accounts.is_empty() || question.accounts.contains(account);
            self.questions.is_empty() || self.questions.iter().any(asks)
        })
    }

    pub(crate) fn is_asked(&self, account: &str, region: &str, chain: Option<&ChainId<'_>>, period: Option<Period>) -> bool {
        self.questions.is_empty()
            || self.questions.iter().any(|question| {
                question.matches_place(account, region, chain)
                    && match (question.period, period) {
                        (Some(asked), Some(period)) => asked.meets(&period),
                        _ => true,
                    }
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::trail::name::{DigestKind, Place};
    use crate::terms::request::Request;
    use crate::terms::time::Time;

    fn chain<'a>(trail: &'a str, home_region: &'a str, folder: &'a str) -> ChainId<'a> {
        let (kind, place) = (DigestKind::Normal, Place { bucket: "b", folder });
        ChainId { account: "111122223333", region: "us-east-1", trail, home_region, kind, place }
    }

    #[test]
    fn a_listed_log_file_is_outside_if_both_its_delivery_and_its_events_are() {
        let time = |text: &str| Time::from_text(&format!("2026-03-0{text}Z")).unwrap();
        let scope = Scope::covering(Period { from: time("1T10:00:00"), to: time("1T12:00:00") });
        let is_asked = |minute: &str, newest: Option<&str>, oldest: Option<&str>| {
            scope.is_listing_asked(&chain("t", "h", ""), Some(time(minute)), newest.map(time), oldest.map(time))
        };
        let (last_second, first_second) = (Some("1T09:59:59"), Some("1T10:00:00"));
        assert!(!is_asked("1T09:59:00", last_second, last_second));
        assert!(is_asked("1T09:59:00", first_second, last_second), "its newest event lies in the period");
        assert!(is_asked("1T10:00:00", last_second, last_second), "it was delivered in the period");
        assert!(is_asked("1T09:59:00", None, last_second) && is_asked("1T12:00:00", last_second, None), "who knows");
        assert!(!is_asked("1T12:00:00", Some("1T12:00:00"), Some("1T12:00:00")));
        assert!(is_asked("1T12:00:00", Some("1T12:00:00"), Some("1T11:59:59")), "its oldest event lies in the period");
        assert!(is_asked("1T11:59:00", Some("1T12:00:00"), Some("1T12:00:00")), "it was delivered in the period");
        assert!(is_asked("1T09:00:00", Some("1T12:00:00"), Some("1T12:00:00")), "both on one side");
        let half = Scope::covering(Period { from: time("1T10:00:30"), to: time("1T12:00:30") });
        let minute = |minute: &str| {
            half.is_listing_asked(&chain("t", "h", ""), Some(time(minute)), Some(time("1T08:00:00")), Some(time("1T13:00:00")))
        };
        assert!(minute("1T10:00:00") && !minute("1T09:59:00"), "a minute that reaches into the period");
        assert!(minute("1T12:00:00") && !minute("1T12:01:00"));
    }

    #[test]
    fn a_question_asks_for_what_it_names_and_restricts_nothing_else() {
        let period = |text: &str| text.parse::<Period>().unwrap();
        let asked = period("2026-03-01T00:00:00Z/2026-03-02T00:00:00Z");
        let scope = Scope::covering(asked);
        assert!(scope.is_asked("1", "r", None, Some(period("2026-03-01T23:00:00Z/2026-03-02T01:00:00Z"))));
        assert!(!scope.is_asked("1", "r", None, Some(period("2026-03-02T00:00:00Z/2026-03-02T01:00:00Z"))));
        assert!(scope.is_asked("1", "r", Some(&chain("t", "h", "AWSLogs")), None));
        let is_named = |text: &str| {
            let name = format!("111122223333_CloudTrail-Digest_us-east-1_t_us-east-1_{text}.json");
            scope.is_named(&name::digest_name(&name).unwrap())
        };
        assert!(is_named("20260302T005959Z") && is_named("20260301T000001Z"));
        assert!(!is_named("20260302T010000Z") && !is_named("20260301T000000Z"));

        let names =
            Question { regions: BTreeSet::from(["r".to_owned()]), trails: BTreeSet::from(["t".to_owned()]), ..Question::default() };
        let trail = |trail| chain(trail, "h", "AWSLogs");
        assert!(names.matches_place("1", "r", Some(&trail("t"))) && names.matches_place("1", "r", None));
        assert!(!names.matches_place("1", "s", Some(&trail("t"))) && !names.matches_place("1", "r", Some(&trail("u"))));
    }

    #[test]
    fn a_trail_is_asked_by_its_name_or_its_arn() {
        let asked = |text: &str| Request { trails: vec![text.to_owned()], ..Request::default() }.scope();
        let fits = |text: &str, chain: &ChainId<'_>| asked(text).unwrap().is_asked(chain.account, chain.region, Some(chain), None);
        let of_account = chain("mgmt", "us-east-1", "AWSLogs");
        let of_organization = chain("mgmt", "us-east-1", "p/AWSLogs/o-exampleorg1");
        let arn = |home: &str, account: &str| format!("arn:aws:cloudtrail:{home}:{account}:trail/mgmt");
        assert!(fits("mgmt", &of_account) && fits("mgmt", &of_organization));
        assert!(fits(&arn("us-east-1", "111122223333"), &of_account) && fits(&arn("us-east-1", "111122223333"), &of_organization));
        assert!(
            !fits(&arn("us-west-2", "111122223333"), &of_account) && !fits(&arn("us-west-2", "111122223333"), &of_organization)
        );
        assert!(!fits(&arn("us-east-1", "999988887777"), &of_account), "an account's trail is its own");
        assert!(fits(&arn("us-east-1", "999988887777"), &of_organization), "whose account its digest files do not state");
        assert!(fits(&arn("us-east-1", "999988887777"), &of_account.without_place()), "a name alone does not tell");
        for wrong in [
            "arn:aws:s3:::bucket",
            "arn:aws:cloudtrail:us-east-1:1:trail/t",
            "arn:aws:sns:us-east-1:111122223333:trail/t",
            "a b",
            "",
        ] {
            assert!(asked(wrong).is_err(), "{wrong}");
        }
    }
}
