use jiff::{Span, Timestamp, ToSpan};
use proptest::prelude::*;

use super::*;

fn zone(name: &str) -> Zone {
    name.parse().unwrap()
}

fn at(moment: &str) -> Timestamp {
    moment.parse().unwrap()
}

fn schedule(words: &str) -> Schedule {
    words.parse().unwrap_or_else(|error| panic!("{words}: {error}"))
}

/// The slots after a moment, as many as are listed.
fn follow_on(words: &str, after: &str, slots: &[&str]) {
    let schedule = schedule(words);
    let mut now = at(after);
    for slot in slots {
        now = schedule.next(now, &Zone::default()).unwrap();
        assert_eq!(now, at(slot), "{words} after {after}");
        assert_eq!(schedule.last(now, &Zone::default()), Some(now), "{words}");
    }
}

#[test]
fn a_schedule_is_read_and_written() {
    for (typed, written) in [
        ("daily 9:00", "daily 09:00"),
        ("Daily at 9am in Berlin", "daily 09:00 Europe/Berlin"),
        ("daily 9 am America/New York", "daily 09:00 America/New_York"),
        ("weekly Monday 09:00", "weekly mon 09:00"),
        ("weekly on fridays at 17:30 europe/berlin", "weekly fri 17:30 Europe/Berlin"),
        ("weekly 9:00 tue", "weekly tue 09:00"),
        ("cron \"0 9 * * 1-5\"", "cron \"0 9 * * 1-5\""),
        ("cron “0 9  * * mon-fri” Asia/Shanghai", "cron \"0 9 * * mon-fri\" Asia/Shanghai"),
        ("cron „*/15 * * * *“", "cron \"*/15 * * * *\""),
        ("cron 0 9 * * 1-5", "cron \"0 9 * * 1-5\""),
        ("cron 0 9 * * 1-5 Europe/Berlin", "cron \"0 9 * * 1-5\" Europe/Berlin"),
        ("cron \"0 9 * * 1-5", "cron \"0 9 * * 1-5\""),
        ("cron @monthly", "cron \"@monthly\""),
        ("cron '0 9 L * *'", "cron \"0 9 L * *\""),
        ("cron \"0 9 29 2 +sun\"", "cron \"0 9 29 2 +sun\""),
    ] {
        let read = schedule(typed);
        assert_eq!(read.to_string(), written, "{typed}");
        assert_eq!(schedule(written), read, "{written}");
    }
}

#[test]
fn what_is_wrong_is_said_with_how_to_mend_it() {
    for (typed, said) in [
        ("", "there is daily, weekly and cron"),
        ("dayly 9:00", "I know no schedule called dayly"),
        ("daily", "Say at what time"),
        ("daily Europe/Berlin", "Europe/Berlin is no time of day"),
        ("daily 25:00", "25:00 is no time of day"),
        ("daily 13 pm", "13 pm is no time of day"),
        ("daily 9:00 Europe/Berln", "Did you mean Europe/Berlin?"),
        ("weekly", "Say on which day"),
        ("weekly 9:00", "Say on which day"),
        ("weekly mon", "Say at what time"),
        ("weekly moonday 9:00", "moonday is no day of the week"),
        ("weekly mon,thu 9:00", "weekly takes one day"),
        ("weekly mon and thu 9:00", "weekly takes one day"),
        ("weekly mon thu 9:00", "weekly takes one day"),
        ("cron", "There are 0"),
        ("cron 0 9 * *", "There are 4"),
        ("cron \"0 0 9 * * 1-5\"", "There are 6"),
        ("cron 0 0 9 * * 1-5", "There are 6"),
        ("cron 0 0 9 * * 1-5 2027", "There are 7"),
        ("cron \"0 25 * * *\"", "25 can't be read as the hour of a cron expression: 0 to 23"),
        ("cron \"61 * * * *\"", "61 can't be read as the minute"),
        ("cron \"0 9 * * 8\"", "8 can't be read as the day of the week"),
        ("cron \"0 9 * foo *\"", "foo can't be read as the month"),
        ("cron \"@daily 9 * * *\"", "@daily can't be read as the minute"),
        ("cron \"0 9 30 2 *\"", "No day of the calendar fits the cron expression 0 9 30 2 *"),
        ("cron \"0 9 31 4,6,9,11 *\"", "No day of the calendar"),
        ("cron @reboot", "I don't know @reboot"),
        ("cron @hourly nowhere", "I know no time zone called nowhere"),
    ] {
        let message = typed.parse::<Schedule>().unwrap_err().to_string();
        assert!(message.contains(said), "{typed}: {message}");
    }
}

#[test]
fn a_slot_in_the_gap_of_spring_runs_at_its_end() {
    follow_on(
        "daily 02:30 Europe/Berlin",
        "2026-03-28T00:00:00Z",
        &["2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"],
    );
    follow_on("daily 02:30 Europe/Berlin", "2027-03-27T12:00:00Z", &["2027-03-28T01:00:00Z", "2027-03-29T00:30:00Z"]);
    follow_on(
        "daily 02:30 America/New_York",
        "2026-03-07T12:00:00Z",
        &["2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z"],
    );
    follow_on("weekly sun 02:00 America/New_York", "2027-03-13T12:00:00Z", &["2027-03-14T07:00:00Z"]);
    // Half an hour is skipped: 02:15 runs at 02:30.
    follow_on("daily 02:15 Australia/Lord_Howe", "2026-10-03T12:00:00Z", &["2026-10-03T15:30:00Z"]);
    // Several slots that are skipped are one.
    follow_on(
        "cron \"*/20 2,3 * * *\" Europe/Berlin",
        "2026-03-29T00:00:00Z",
        &["2026-03-29T01:00:00Z", "2026-03-29T01:20:00Z", "2026-03-29T01:40:00Z", "2026-03-30T00:00:00Z"],
    );
}

#[test]
fn a_slot_in_the_overlap_of_autumn_runs_once() {
    follow_on("daily 02:30 Europe/Berlin", "2026-10-24T12:00:00Z", &["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]);
    follow_on("daily 02:30 Europe/Berlin", "2027-10-31T00:00:00Z", &["2027-10-31T00:30:00Z", "2027-11-01T01:30:00Z"]);
    follow_on(
        "daily 01:30 America/New_York",
        "2026-11-01T05:00:00Z",
        &["2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"],
    );
    follow_on("weekly sun 01:00 America/New_York", "2027-11-06T12:00:00Z", &["2027-11-07T05:00:00Z"]);
    follow_on(
        "daily 01:45 Australia/Lord_Howe",
        "2027-04-03T12:00:00Z",
        &["2027-04-03T14:45:00Z", "2027-04-04T15:15:00Z"],
    );
    follow_on(
        "cron \"*/30 * * * *\" Europe/Berlin",
        "2026-10-25T00:00:00Z",
        &["2026-10-25T00:30:00Z", "2026-10-25T02:00:00Z"],
    );
    // Whoever starts in the second hour has had the slots of the first.
    let schedule = schedule("daily 02:30 Europe/Berlin");
    assert_eq!(schedule.last(at("2026-10-25T01:10:00Z"), &Zone::default()), Some(at("2026-10-25T00:30:00Z")));
    assert_eq!(schedule.next(at("2026-10-25T01:10:00Z"), &Zone::default()), Some(at("2026-10-26T01:30:00Z")));
}

#[test]
fn a_zone_without_changes_keeps_its_hours() {
    follow_on("daily 09:00 Asia/Shanghai", "2026-03-29T00:00:00Z", &["2026-03-29T01:00:00Z", "2026-03-30T01:00:00Z"]);
    follow_on("daily 02:30 Asia/Shanghai", "2026-10-24T18:30:00Z", &["2026-10-25T18:30:00Z"]);
}

#[test]
fn years_end_and_leap() {
    follow_on("weekly fri 00:00 UTC", "2026-12-31T23:59:59Z", &["2027-01-01T00:00:00Z"]);
    follow_on("daily 09:00 Pacific/Auckland", "2026-12-31T00:00:00Z", &["2026-12-31T20:00:00Z"]);
    follow_on("cron \"0 9 29 2 *\"", "2026-11-21T00:00:00Z", &["2028-02-29T09:00:00Z", "2032-02-29T09:00:00Z"]);
    follow_on("cron \"0 9 L * *\"", "2027-02-01T00:00:00Z", &["2027-02-28T09:00:00Z", "2027-03-31T09:00:00Z"]);
    follow_on("cron \"0 9 13 * fri\"", "2026-11-21T00:00:00Z", &["2026-11-27T09:00:00Z"]);
}

#[test]
fn the_rooms_zone_counts_where_the_schedule_names_none() {
    let now = at("2026-11-21T00:00:00Z");
    let slot = |words: &str| schedule(words).next(now, &zone("Asia/Shanghai"));
    assert_eq!(slot("daily 09:00"), Some(at("2026-11-21T01:00:00Z")));
    assert_eq!(slot("daily 09:00 UTC"), Some(at("2026-11-21T09:00:00Z")));
}

#[test]
fn a_fraction_of_a_second_is_no_second() {
    let daily = schedule("daily 09:00");
    let utc = Zone::default();
    assert_eq!(daily.next(at("2026-11-21T08:59:59.999Z"), &utc), Some(at("2026-11-21T09:00:00Z")));
    assert_eq!(daily.next(at("2026-11-21T09:00:00Z"), &utc), Some(at("2026-11-22T09:00:00Z")));
    assert_eq!(daily.last(at("2026-11-21T09:00:00.5Z"), &utc), Some(at("2026-11-21T09:00:00Z")));
    assert_eq!(daily.last(at("2026-11-21T08:59:59.999Z"), &utc), Some(at("2026-11-20T09:00:00Z")));
}

const ZONES: [&str; 9] = [
    "Europe/Berlin",
    "America/New_York",
    "Asia/Shanghai",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "Africa/Casablanca",
    "America/Asuncion",
    "Pacific/Chatham",
    "Africa/Cairo",
];

/// Whether a slot falls on this minute, found by looking at what the clocks show at it and a minute before.
fn is_slot(schedule: &Schedule, zone: &jiff::tz::TimeZone, minute: Timestamp) -> bool {
    let shows = zone.to_datetime(minute);
    let showed = zone.to_datetime(minute - 1.minute());
    let again = zone.to_ambiguous_timestamp(shows).earlier().unwrap() != minute;
    let mut clock = showed + 1.minute();
    if shows < clock {
        clock = shows;
    }
    // More than one minute if the clocks were put forward.
    std::iter::successors(Some(clock), |clock| Some(*clock + 1.minute()))
        .take_while(|clock| *clock <= shows)
        .any(|clock| schedule.cron.is_time_matching(&clock).unwrap())
        && !again
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn each_day_has_one_slot(zone in prop::sample::select(&ZONES[..]), hour in 0..24, minute in 0..60, year in 2024..2036) {
        let schedule = schedule(&format!("daily {hour}:{minute:02} {zone}"));
        let clocks = jiff::tz::TimeZoneDatabase::bundled().get(zone).unwrap();
        let room = Zone::default();
        let mut slot = at(&format!("{year}-01-01T00:00:00Z"));
        let mut day = None;
        for _ in 0..400 {
            let next = schedule.next(slot, &room).unwrap();
            prop_assert!(next > slot);
            prop_assert_eq!(schedule.last(next, &room), Some(next));
            prop_assert_eq!(schedule.last(next - Span::new().nanoseconds(1), &room).is_some_and(|last| last < next), true);
            let date = clocks.to_datetime(next).date();
            if let Some(day) = day {
                prop_assert_eq!(date, day);
            }
            day = Some(date.tomorrow().unwrap());
            slot = next;
        }
    }

    #[test]
    fn the_next_slot_is_the_one_found_minute_by_minute(
        zone in prop::sample::select(&ZONES[..]),
        minute in "(\\*|\\*/7|\\*/30|0|15,45|59)",
        hour in "(\\*|0|1-3|2|23|\\*/5)",
        day in "(\\*|\\*|\\*|sun|sat,sun)",
        change in 0..6_usize,
        before in 0..4000_i64,
    ) {
        let schedule = schedule(&format!("cron \"{minute} {hour} * * {day}\" {zone}"));
        let clocks = jiff::tz::TimeZoneDatabase::bundled().get(zone).unwrap();
        let room = Zone::default();
        let start = at("2026-01-01T00:00:00Z");
        // Near a change of the clocks, where there is any.
        let moment = clocks.following(start).nth(change).map_or(start, |change| change.timestamp());
        let mut after = moment - before.minutes() + 13.seconds();
        for _ in 0..4 {
            let next = schedule.next(after, &room).unwrap();
            let first = Timestamp::from_second(after.as_second().div_euclid(60) * 60 + 60).unwrap();
            let mut minutes = (0..60 * 24 * 8).map(|minute| first + minute.minutes());
            let found = minutes.find(|minute| is_slot(&schedule, &clocks, *minute));
            prop_assert_eq!(Some(next), found);
            prop_assert_eq!(schedule.last(next + 59.seconds(), &room), Some(next));
            after = next;
        }
    }

    #[test]
    fn any_words_are_read(words in "\\PC{0,40}|(daily|weekly|cron)[ \"“]?[-*/0-9a-zL#@,:. ]{0,30}") {
        if let Ok(schedule) = words.parse::<Schedule>() {
            prop_assert_eq!(schedule.to_string().parse::<Schedule>(), Ok(schedule.clone()));
            let now = at("2026-11-21T00:00:00Z");
            if let Some(next) = schedule.next(now, &Zone::default()) {
                prop_assert!(next > now);
            }
        }
    }
}
