//! Abbreviations and names by which people know a time, and the zones of the database that they can mean.

const EUROPE: &[&str] = &["Europe/Berlin", "Europe/Paris", "Europe/Madrid"];
const CHINA: &[&str] = &["Asia/Shanghai"];

/// Abbreviations of which the database knows none, for they say at what time of the year and not where; and what the Chinese
/// call their time.
const MEANINGS: [(&str, &[&str]); 52] = [
    ("IST", &["Asia/Kolkata", "Asia/Jerusalem", "Europe/Dublin"]),
    ("CST", &["Asia/Shanghai", "America/Chicago", "America/Havana"]),
    ("BST", &["Europe/London", "Asia/Dhaka", "Pacific/Bougainville"]),
    ("PST", &["America/Los_Angeles", "Asia/Manila"]),
    ("AST", &["America/Halifax", "Asia/Riyadh"]),
    ("GST", &["Asia/Dubai", "Atlantic/South_Georgia"]),
    ("ECT", &["America/Guayaquil", "Europe/Paris"]),
    ("AMT", &["America/Manaus", "Asia/Yerevan"]),
    ("ET", &["America/New_York"]),
    ("CT", &["America/Chicago"]),
    ("MT", &["America/Denver"]),
    ("PT", &["America/Los_Angeles"]),
    ("EDT", &["America/New_York"]),
    ("CDT", &["America/Chicago", "America/Havana"]),
    ("MDT", &["America/Denver"]),
    ("PDT", &["America/Los_Angeles"]),
    ("ADT", &["America/Halifax"]),
    ("AKST", &["America/Anchorage"]),
    ("AKDT", &["America/Anchorage"]),
    ("NST", &["America/St_Johns"]),
    ("CEST", EUROPE),
    ("MEZ", EUROPE),
    ("MESZ", EUROPE),
    ("EEST", &["Europe/Athens", "Europe/Helsinki", "Europe/Kyiv"]),
    ("WEST", &["Europe/Lisbon"]),
    ("MSK", &["Europe/Moscow"]),
    ("TRT", &["Europe/Istanbul"]),
    ("JST", &["Asia/Tokyo"]),
    ("KST", &["Asia/Seoul"]),
    ("HKT", &["Asia/Hong_Kong"]),
    ("SGT", &["Asia/Singapore"]),
    ("PHT", &["Asia/Manila"]),
    ("ICT", &["Asia/Bangkok"]),
    ("WIB", &["Asia/Jakarta"]),
    ("PKT", &["Asia/Karachi"]),
    ("NPT", &["Asia/Kathmandu"]),
    ("AEST", &["Australia/Sydney", "Australia/Brisbane"]),
    ("AEDT", &["Australia/Sydney"]),
    ("ACST", &["Australia/Adelaide", "Australia/Darwin"]),
    ("AWST", &["Australia/Perth"]),
    ("NZST", &["Pacific/Auckland"]),
    ("NZDT", &["Pacific/Auckland"]),
    ("SAST", &["Africa/Johannesburg"]),
    ("BRT", &["America/Sao_Paulo"]),
    ("CHINA", CHINA),
    ("BEIJING", CHINA),
    ("SHENZHEN", CHINA),
    ("HANGZHOU", CHINA),
    ("北京", CHINA),
    ("北京时间", CHINA),
    ("上海", CHINA),
    ("中国", CHINA),
];

/// Abbreviations that the database has, with a place whose clocks have summer time besides.
const WITH_SUMMER: [(&str, &str); 7] = [
    ("EST", "America/New_York"),
    ("MST", "America/Denver"),
    ("GMT", "Europe/London"),
    ("CET", "Europe/Berlin"),
    ("MET", "Europe/Berlin"),
    ("EET", "Europe/Athens"),
    ("WET", "Europe/Lisbon"),
];

/// The zones that an abbreviation can mean.
pub(super) fn meant(typed: &str) -> Option<&'static [&'static str]> {
    let typed = typed.to_uppercase();
    MEANINGS.iter().find(|(known, _)| *known == typed).map(|(_, zones)| *zones)
}

/// A place that goes by the time that an abbreviation names, and by summer time.
pub(super) fn with_summer(name: &str) -> Option<&'static str> {
    WITH_SUMMER.iter().find(|(known, _)| *known == name).map(|(_, place)| *place)
}
