use super::*;
use jiff::civil::date;
use proptest::prelude::*;

/// A Thursday.
const TODAY: Date = Date::constant(2026, 11, 26);

/// The span, and the words beside it in brackets.
fn read(text: &str, wanted: Wanted) -> String {
    match find(text, TODAY, wanted) {
        Ok(Some(found)) if found.left().is_empty() => found.days.to_string(),
        Ok(Some(found)) => format!("{} [{}]", found.days, found.left()),
        Ok(None) => "words".to_owned(),
        Err(Unread::NoDate(typed)) => format!("no date: {typed}"),
        Err(error) => error.to_string(),
    }
}

fn assert_all(wanted: Wanted, texts: &[(&str, &str)]) {
    let wrong: Vec<String> = texts
        .iter()
        .filter(|(text, meant)| read(text, wanted) != *meant)
        .map(|(text, meant)| format!("{text}: {} instead of {meant}", read(text, wanted)))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn days_months_and_years_are_read_as_people_write_them() {
    assert_all(
        Wanted::Dates,
        &[
            ("2023", "2023"),
            ("2023-03", "2023-03"),
            ("2023-3", "2023-03"),
            ("2023/11", "2023-11"),
            ("2023.11", "2023-11"),
            ("11/2023", "2023-11"),
            ("11.2023", "2023-11"),
            ("11-2023", "2023-11"),
            ("2023-11-05", "2023-11-05"),
            ("2023.11.05", "2023-11-05"),
            ("2023/11/5", "2023-11-05"),
            ("5.11.2023", "2023-11-05"),
            ("25/11/2023", "2023-11-25"),
            ("11/25/2023", "2023-11-25"),
            ("20231105", "2023-11-05"),
            ("202311", "2023-11"),
            ("Nov 2023", "2023-11"),
            ("Nov. 2023", "2023-11"),
            ("Sept 2023", "2023-09"),
            ("november, 2023", "2023-11"),
            ("November of 2023", "2023-11"),
            ("2023 nov", "2023-11"),
            ("nov-2023", "2023-11"),
            ("5 November 2023", "2023-11-05"),
            ("5th of November, 2023", "2023-11-05"),
            ("November 5, 2023", "2023-11-05"),
            ("Nov 5th 2023", "2023-11-05"),
            ("2023 November 5", "2023-11-05"),
            ("5-Nov-2023", "2023-11-05"),
            ("on 5 November 2023", "2023-11-05"),
            ("in 2023", "2023"),
            ("the year 2023", "2023"),
            ("in November 2023.", "2023-11"),
            ("2023年", "2023"),
            ("2023年11月", "2023-11"),
            ("2023年11月5日", "2023-11-05"),
            ("2023 年 11 月 5 号", "2023-11-05"),
            ("二〇二三年十一月", "2023-11"),
            ("2020s", "2020..2029"),
        ],
    );
}

#[test]
fn parts_of_years_and_months_are_read() {
    assert_all(
        Wanted::Dates,
        &[
            ("Q3 2024", "2024-07..2024-09"),
            ("2024 Q3", "2024-07..2024-09"),
            ("2024Q3", "2024-07..2024-09"),
            ("2024-Q3", "2024-07..2024-09"),
            ("Q3/2024", "2024-07..2024-09"),
            ("3Q 2024", "2024-07..2024-09"),
            ("third quarter of 2024", "2024-07..2024-09"),
            ("the 3rd quarter of 2024", "2024-07..2024-09"),
            ("H1 2024", "2024-01..2024-06"),
            ("2024H2", "2024-07..2024-12"),
            ("first half of 2024", "2024-01..2024-06"),
            ("the second half of 2024", "2024-07..2024-12"),
            ("first half of last year", "2025-01..2025-06"),
            ("early 2025", "2025-01..2025-04"),
            ("mid-2025", "2025-05..2025-08"),
            ("late 2025", "2025-09..2025-12"),
            ("the end of 2025", "2025-09..2025-12"),
            ("early November 2023", "2023-11-01..2023-11-10"),
            ("late February 2024", "2024-02-21..2024-02-29"),
            ("spring 2025", "2025-03..2025-05"),
            ("summer of 2025", "2025-06..2025-08"),
            ("fall 2025", "2025-09..2025-11"),
            ("winter 2025", "2025-12..2026-02"),
            ("2024年上半年", "2024-01..2024-06"),
            ("2024年第三季度", "2024-07..2024-09"),
            ("2024年三季度", "2024-07..2024-09"),
            ("2024年底", "2024-09..2024-12"),
            ("2024年春季", "2024-03..2024-05"),
            ("2023年11月上旬", "2023-11-01..2023-11-10"),
        ],
    );
}

#[test]
fn spans_from_one_date_to_another_are_read() {
    assert_all(
        Wanted::Dates,
        &[
            ("2023 to 2024", "2023..2024"),
            ("2023-2024", "2023..2024"),
            ("2023/24", "2023..2024"),
            ("2023-24", "2023..2024"),
            ("1998-13", "no date: 1998-13"),
            ("2023 - 2024", "2023..2024"),
            ("2023..2024", "2023..2024"),
            ("2023...2024", "2023..2024"),
            ("2023…2024", "2023..2024"),
            ("2023~2024", "2023..2024"),
            ("2023/2024", "2023..2024"),
            ("2024..2023", "2023..2024"),
            ("2023-06..2024", "2023-06..2024"),
            ("2023-06-2024-03", "2023-06..2024-03"),
            ("2023-05-06 - 2023-08-07", "2023-05-06..2023-08-07"),
            ("from 2023-05 to 2023-08", "2023-05..2023-08"),
            ("2023-05 to 08", "2023-05..2023-08"),
            ("2023-05..08", "2023-05..2023-08"),
            ("between 2023 and 2024", "2023..2024"),
            ("between May and August 2023", "2023-05..2023-08"),
            ("May to August 2023", "2023-05..2023-08"),
            ("May-Aug 2023", "2023-05..2023-08"),
            ("Q1-Q3 2024", "2024-01..2024-09"),
            ("5 to 10 November 2023", "2023-11-05..2023-11-10"),
            ("5 November to 10 December 2023", "2023-11-05..2023-12-10"),
            ("late 2023 through early 2024", "2023-09..2024-04"),
            ("2023 until now", "2023..2026-11-26"),
            ("2023年至2024年", "2023..2024"),
            ("2023年5月至8月", "2023-05..2023-08"),
            ("2023年5月5日到10日", "2023-05-05..2023-05-10"),
            ("从2023年到2024年", "2023..2024"),
            ("2023年-2024年", "2023..2024"),
            ("2023 and 2024", "2023..2024"),
            ("2023, 2024", "2023..2024"),
            ("2024 or 2023", "2023..2024"),
            ("2023 2024", "2023..2024"),
        ],
    );
}

#[test]
fn spans_may_be_open() {
    assert_all(
        Wanted::Dates,
        &[
            ("since 2025-06", "2025-06.."),
            ("from 2025", "2025.."),
            ("starting in 2025", "2025.."),
            ("2024..", "2024.."),
            ("2024…", "2024.."),
            ("2024-", "2024.."),
            ("2024 onwards", "2024.."),
            ("2024+", "2024.."),
            ("..2021", "..2021"),
            ("after 2024", "2025.."),
            ("after 5 November 2023", "2023-11-06.."),
            ("before 2024", "..2023"),
            ("before 2023-11", "..2023-10"),
            ("until 2024", "..2024"),
            ("till 2024", "..2024"),
            ("up to 2024", "..2024"),
            ("by the end of 2024", "..2024"),
            ("to 2024", "..2024"),
            ("since 2023 until 2024", "2023..2024"),
            ("after 2022 and before 2025", "2023..2024"),
            ("since last month", "2026-10.."),
            ("since monday", "2026-11-23.."),
            ("since thursday", "2026-11-19.."),
            ("since november", "2026-11.."),
            ("since december", "2025-12.."),
            ("since 7 days", "2026-11-19.."),
            ("2023年以来", "2023.."),
            ("2024年以前", "..2023"),
            ("截至2024年", "..2024"),
        ],
    );
}

#[test]
fn what_is_near_today_is_read() {
    assert_all(
        Wanted::Dates,
        &[
            ("today", "2026-11-26"),
            ("Yesterday", "2026-11-25"),
            ("this year", "2026"),
            ("last year", "2025"),
            ("去年", "2025"),
            ("去年11月", "2025-11"),
            ("this month", "2026-11"),
            ("last month", "2026-10"),
            ("this week", "2026-11-23..2026-11-29"),
            ("last week", "2026-11-16..2026-11-22"),
            ("the past week", "2026-11-19..2026-11-26"),
            ("this quarter", "2026-10..2026-12"),
            ("last quarter", "2026-07..2026-09"),
            ("last 7 days", "2026-11-19..2026-11-26"),
            ("the last 30 days", "2026-10-27..2026-11-26"),
            ("in the last two weeks", "2026-11-12..2026-11-26"),
            ("past 2 years", "2024-11-26..2026-11-26"),
            ("past year", "2025-11-26..2026-11-26"),
            ("next month", "2026-12"),
            ("last november", "2025-11"),
            ("last march", "2026-03"),
            ("next march", "2027-03"),
            ("last friday", "2026-11-20"),
            ("2 weeks ago", "2026-11-12"),
            ("year to date", "2026-01-01..2026-11-26"),
            ("最近7天", "2026-11-19..2026-11-26"),
            ("过去三个月", "2026-08-26..2026-11-26"),
        ],
    );
}

#[test]
fn words_may_stand_before_a_date_and_behind_it() {
    assert_all(
        Wanted::Dates,
        &[
            ("2023 ernie", "2023 [ernie]"),
            ("ernie 2023", "2023 [ernie]"),
            ("ernie in 2023", "2023 [ernie]"),
            ("chips since 2025-06", "2025-06.. [chips]"),
            ("2023 to 2024 export controls", "2023..2024 [export controls]"),
            ("export controls between 2023 and 2024", "2023..2024 [export controls]"),
            ("export november 2023 controls", "2023-11 [export controls]"),
            ("百度 2023年11月", "2023-11 [百度]"),
            ("百度2023年11月发布", "2023-11 [百度 发布]"),
            ("gpt 4 2023", "2023 [gpt 4]"),
            ("\"made in china 2025\" 2023", "2023 [\"made in china 2025\"]"),
            ("tag:x 2023", "2023 [tag:x]"),
        ],
    );
    for words in [
        "ernie",
        "..",
        "911",
        "gpt-4",
        "v3.1",
        "rtx 4090",
        "h100",
        "h20",
        "360",
        "01.AI",
        "may",
        "march",
        "q5",
        "since",
        "since ever",
        "to",
        "next ernie",
        "past",
        "last",
        "1024",
        "3d",
        "5年期贷款",
        "7 days",
        "monday",
        "910b",
        "this model",
        "last 0 days",
    ] {
        assert_eq!(read(words, Wanted::Dates), "words", "{words}");
    }
}

#[test]
fn what_looks_like_a_date_and_is_none_is_told() {
    assert_all(
        Wanted::Dates,
        &[
            ("2023-13", "no date: 2023-13"),
            ("20233", "no date: 20233"),
            ("2023-123", "no date: 2023-123"),
            ("2023..20244", "no date: 2023..20244"),
            ("13/2023", "no date: 13/2023"),
            ("2023-02-30", "no date: 2023-02-30"),
            ("2023年13月", "no date: 2023年13月"),
            ("since 2025-13", "no date: since 2025-13"),
            ("ernie 2023-13", "no date: 2023-13"),
            ("2023 to ernie", "no date: 2023 to ernie"),
            ("2023 to", "no date: 2023 to"),
            ("between 2023", "no date: between 2023"),
            ("Q5 2024", "no date: q5 2024"),
            ("32 November 2023", "no date: 32 November 2023"),
            ("November 31 2023", "no date: november 31 2023"),
            ("3月", "no date: 3月"),
            ("05/11/2023", "05/11/2023 may be 2023-11-05 or 2023-05-11: write the one that you mean."),
            ("2021 2024", "2021 and 2024 don't follow one another: ask for one of them, or for 2021..2024."),
        ],
    );
}

#[test]
fn a_year_among_words_that_are_searched_is_one_of_them() {
    assert_all(
        Wanted::Spans,
        &[
            ("2023", "words"),
            ("chips 2023-11", "words"),
            ("chips november 2023", "words"),
            ("chips 2023 2025", "words"),
            ("05/11/2023", "words"),
            ("GB 45438-2025", "words"),
            ("2022..2023 chips", "2022..2023 [chips]"),
            ("chips since 2023", "2023.. [chips]"),
            ("chips 2023 to 2024", "2023..2024 [chips]"),
            ("chips last year", "2025 [chips]"),
            ("2023..20244", "no date: 2023..20244"),
            ("chips since 2025-13", "no date: since 2025-13"),
            ("to be or not to be", "words"),
        ],
    );
}

#[test]
fn filters_narrow_to_days() {
    let read = |text: &str| filters(text, TODAY).map(|(days, left)| format!("{days} [{left}]"));
    for (text, meant) in [
        ("after:2023-06 chips", "2023-06.. [chips]"),
        ("chips since:2023/6", "2023-06.. [chips]"),
        ("before:2024", "..2023 []"),
        ("Until:2024", "..2024 []"),
        ("year:2022-2023 tag:x", "2022..2023 [tag:x]"),
        ("date:2023-06..2024-02", "2023-06..2024-02 []"),
        ("after:2022 after:2023 before:2025 before:2024", "2023 []"),
        ("after:Nov 2023 chips", "2023-11.. [chips]"),
        ("after:\"Nov 2023\" chips", "2023-11.. [chips]"),
        ("year:Q3 2024 chips", "2024-07..2024-09 [chips]"),
        ("since: 2023 chips", "2023.. [chips]"),
        ("year:去年", "2025 []"),
        ("\"a after:2023\" -year:2023 after: x", ".. [\"a after:2023\" -year:2023 after: x]"),
    ] {
        assert_eq!(read(text).as_deref(), Ok(meant), "{text}");
    }
    for (text, typed) in
        [("after:2023-13", "after:2023-13"), ("chips year:soon", "year:soon"), ("before:..2023", "before:..2023")]
    {
        assert_eq!(read(text), Err(Unread::NoDate(typed.to_owned())), "{text}");
    }
}

#[test]
fn days_know_what_they_hold() {
    let year = whole("2023", TODAY).unwrap().0;
    assert!(year.holds(date(2023, 1, 1), date(2023, 12, 31)) && !year.holds(date(2023, 6, 1), date(2024, 1, 1)));
    let open = whole("since 2023-06", TODAY).unwrap().0;
    assert_eq!(open.and(year).to_string(), "2023-06..2023-12");
    assert!(whole("before 2023", TODAY).unwrap().0.and(year).is_empty());
    assert_eq!(whole("2023 ernie", TODAY), None);
    assert_eq!(whole("7 days", TODAY).unwrap().0.to_string(), "2026-11-19..2026-11-26");
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(
        text in "(?s).{0,60}|((from|to|since|last|q|h|of|and|early|the|[0-9]{1,8}|nov|年|月|日|至|\\.\\.|[-/.~\", ])[ ]?){0,14}"
    ) {
        for wanted in [Wanted::Dates, Wanted::Spans] {
            if let Ok(Some(found)) = find(&text, TODAY, wanted) {
                prop_assert!(!found.days.is_empty() && found.days != Days::default(), "{:?}", found);
                // What is shown is read again as the same.
                let shown = found.days.to_string();
                prop_assert_eq!(whole(&shown, TODAY).map(|(days, _)| days), Some(found.days), "{}", shown);
            }
        }
        let _ = whole(&text, TODAY);
        let _ = leading(&text, TODAY);
    }
}
