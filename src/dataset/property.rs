//! The table of properties: what a claim can say of a record.
//!
//! A new property is one line of [`PROPERTIES`]. Its place in the table is its place on a card.

mod asked;

use std::{collections::HashMap, fmt, sync::LazyLock};

use super::Kind;

/// What a property's value must be. Decides how a value is read, whatever its shape in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueType {
    /// A short text in our own words.
    Text,
    /// A [`PartialDate`](super::PartialDate) as a text.
    Date,
    /// `{ ref = "id" }`, a record of one of these kinds (any kind if none is listed).
    Ref(&'static [&'static str]),
    /// The same, or a text where the other end has no record of its own.
    RefOrText(&'static [&'static str]),
    /// `{ amount, to, unit, qualifier }`.
    Quantity,
    /// `{ amount, to, currency, qualifier, converted }`.
    Money,
    /// Money where a currency is given, else a quantity.
    Amount,
}

impl ValueType {
    /// Whether it is a number of something: what has an order, and is read again.
    pub(crate) fn is_amount(self) -> bool {
        matches!(self, Self::Quantity | Self::Money | Self::Amount)
    }
}

impl fmt::Display for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = |kinds: &[&str]| if kinds.is_empty() { "record".to_owned() } else { kinds.join(" or ") };
        match self {
            Self::Text => f.write_str("text"),
            Self::Date => f.write_str("date"),
            Self::Ref(targets) => write!(f, "{}", kinds(targets)),
            Self::RefOrText(targets) => write!(f, "{}, or text", kinds(targets)),
            Self::Quantity => f.write_str("quantity"),
            Self::Money => f.write_str("money"),
            Self::Amount => f.write_str("quantity or money"),
        }
    }
}

/// One line of the table.
#[derive(Debug)]
pub struct Property {
    /// The name in the files.
    pub id: &'static str,
    /// The name on a card.
    pub label: &'static str,
    /// What its values are.
    pub value: ValueType,
    /// Whether a record can have several values at once. Otherwise two claims with different values disagree.
    pub many: bool,
    /// Whether it says how something measured up, such as a rank: it ages like an amount, though it is a text.
    pub measured: bool,
    /// How the other end's card calls the link back. `None`: the plural of the kind that points there.
    pub reverse: Option<&'static str>,
    /// For a date: what happened then, as the timeline says it after the record's name ("" for an event's own date).
    pub timeline: Option<&'static str>,
    /// Other words that people use for it.
    pub synonyms: &'static [&'static str],
}

impl PartialEq for Property {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Property {}

const fn one(id: &'static str, label: &'static str, value: ValueType) -> Property {
    Property { id, label, value, many: false, measured: false, reverse: None, timeline: None, synonyms: &[] }
}

const fn many(id: &'static str, label: &'static str, value: ValueType) -> Property {
    Property { many: true, ..one(id, label, value) }
}

const fn dated(id: &'static str, label: &'static str, told: &'static str) -> Property {
    Property { timeline: Some(told), ..one(id, label, ValueType::Date) }
}

impl Property {
    /// The property's place in the table.
    #[must_use]
    pub fn rank(&self) -> usize {
        // Every property is an element of the table, so that its address tells its place.
        let place = std::ptr::from_ref(self).addr().wrapping_sub(PROPERTIES.as_ptr().addr()) / size_of::<Self>();
        place.min(PROPERTIES.len())
    }

    /// What it is called: its label and its name in the files, then its synonyms.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        [self.label, self.id].into_iter().chain(self.synonyms.iter().copied())
    }

    /// All that people call it: its names and how else it is asked for.
    pub fn called(&self) -> impl Iterator<Item = &'static str> {
        let asked = asked::ASKED.iter().filter(|(id, _)| *id == self.id).flat_map(|(_, phrases)| phrases.split(", "));
        self.names().chain(asked)
    }

    /// The properties that may serve somebody who asks for this one in vain, the nearest first.
    pub fn kin(&self) -> impl Iterator<Item = &'static Self> {
        let kin = KIN.iter().filter(|(id, _)| *id == self.id).flat_map(|(_, kin)| kin.iter());
        kin.filter_map(|id| property(id))
    }

    /// How the card of the other end calls the links of this property that come from records of a kind. A topic gathers what is
    /// said of others: who uses what it is about does not use the topic.
    #[must_use]
    pub fn backwards(&self, from: Kind) -> &'static str {
        let is_said_by_itself = from.id != "topic" || self.id == "related";
        self.reverse.filter(|_| is_said_by_itself).unwrap_or(from.title)
    }

    const fn measured(self) -> Self {
        Self { measured: true, ..self }
    }

    const fn back(self, label: &'static str) -> Self {
        Self { reverse: Some(label), ..self }
    }

    const fn also(self, synonyms: &'static [&'static str]) -> Self {
        Self { synonyms, ..self }
    }
}

/// For a property those that come near to it: who asks for it in vain may be served by them, the nearest first.
const KIN: [(&str, &[&str]); 14] = [
    ("date", &["issued", "released", "announced", "effective", "founded"]),
    ("announced", &["issued", "released", "date", "effective"]),
    ("leader", &["founder", "role"]),
    ("founder", &["developer", "leader", "parent"]),
    ("parent", &["developer", "operator", "investor", "founder"]),
    ("developer", &["operator", "parent", "founder"]),
    ("valuation", &["amount", "funding", "financing", "investor"]),
    ("funding", &["financing", "investor", "amount", "valuation"]),
    ("financing", &["funding", "investor", "amount"]),
    ("investor", &["funding", "financing", "parent"]),
    ("released", &["announced", "status", "date"]),
    ("issued", &["announced", "effective", "date", "issuer"]),
    ("users", &["used_by", "sales"]),
    ("applies_to", &["requirement"]),
];

use ValueType::{Amount, Money, Quantity, Ref, RefOrText, Text};

const ANY: &[&str] = &[];
const COMPANY: &[&str] = &["company"];
const MODEL: &[&str] = &["model"];
const PERSON: &[&str] = &["person"];
const PLACE: &[&str] = &["place"];
const ACTOR: &[&str] = &["company", "person", "place"];

/// Every property, in the order in which a card shows them.
pub static PROPERTIES: &[Property] = &[
    // When
    dated("date", "Date", "").also(&["when", "happened"]),
    dated("founded", "Founded", "founded").also(&["founding", "established", "started", "incorporated"]),
    dated("announced", "Announced", "announced"),
    dated("issued", "Issued", "issued").also(&["adopted", "published", "passed", "signed", "released"]),
    dated("effective", "In force", "in force").also(&["enforced"]),
    dated("released", "Released", "released").also(&["release", "launch", "launched", "came out"]),
    dated("ended", "Ended", "ended").also(&["closed", "revoked"]),
    // Who and where
    many("founder", "Founder", Ref(PERSON)).back("Founded").also(&[
        "founders",
        "who founded",
        "founded by",
        "started by",
        "who started",
        "who set up",
        "who is behind",
    ]),
    many("leader", "Led by", Ref(PERSON)).back("Leads").also(&[
        "ceo",
        "chief",
        "chairman",
        "head",
        "boss",
        "director",
        "runs",
        "who runs",
        "who leads",
    ]),
    many("developer", "Developer", Ref(COMPANY)).also(&[
        "developed by",
        "who developed",
        "made by",
        "maker",
        "who made",
        "who makes",
        "built by",
        "who built",
    ]),
    many("issuer", "Issued by", RefOrText(COMPANY)).back("Issued").also(&[
        "issued by",
        "who issued",
        "regulator",
        "authority",
    ]),
    many("actor", "Who", RefOrText(ACTOR)).also(&["involved", "participants"]),
    many("operator", "Run by", RefOrText(COMPANY)).back("Runs"),
    many("author", "By", RefOrText(ACTOR)),
    one("headquarters", "Based in", Ref(PLACE))
        .back("Based here")
        .also(&["based", "location", "where", "office", "hq", "city"]),
    many("place", "Place", Ref(PLACE)).also(&["where", "location", "held in"]),
    one("located_in", "Part of", Ref(PLACE)).back("Includes"),
    many("parent", "Part of", Ref(COMPANY)).back("Includes").also(&[
        "owner",
        "owned by",
        "subsidiary of",
        "parent company",
    ]),
    many("origin", "Grew out of", RefOrText(COMPANY)).back("Gave rise to").also(&[
        "incubated",
        "spun out",
        "background",
    ]),
    many("affiliation", "Works at", RefOrText(COMPANY)).back("People").also(&["works at", "employer", "company"]),
    many("role", "Role", Text).also(&["position", "job", "title"]),
    many("formerly_at", "Formerly at", RefOrText(COMPANY)).back("Former people").also(&[
        "worked at",
        "previously",
        "former",
        "ex",
    ]),
    many("education", "Studied at", RefOrText(COMPANY))
        .back("Alumni")
        .also(&["alumnus", "alumni", "studied", "study", "graduate"]),
    many("recognition", "Recognised", Text).also(&["award", "named", "honour", "prize", "list"]),
    // What
    one("category", "Kind", Text).also(&["type"]),
    many("focus", "Focus", Text).also(&["does", "specialises", "field", "sector"]),
    many("family", "Series", Ref(MODEL)).back("Members").also(&["series"]),
    many("based_on", "Built on", RefOrText(&["model", "product", "chip"])).back("Used in").also(&["built on", "uses"]),
    many("modality", "Handles", Text).also(&["multimodal"]),
    one("architecture", "Architecture", Text).also(&["mixture of experts", "moe"]),
    one("parameters", "Parameters", Quantity).also(&["size", "parameter count", "how big", "how large"]),
    many("training", "Training", Text).also(&["trained on", "tokens"]),
    many("openness", "Openness", Text).also(&["open source", "open-source", "closed source", "licence", "proprietary"]),
    many("process", "Process", Text).also(&["nanometre", "nm", "node", "lithography"]),
    many("yield", "Yield", Quantity).also(&["yield rate"]),
    many("capacity", "Capacity", Amount).also(&["compute", "computing power"]),
    many("performance", "Performance", Text).measured().also(&[
        "benchmark",
        "ranking",
        "ranked",
        "leaderboard",
        "rivals",
    ]),
    many("feature", "Features", Text).also(&["known for", "offers"]),
    many("former_name", "Earlier name", Text).also(&["renamed", "rebranded", "formerly"]),
    many("article", "Article", Text).also(&["provision", "rule", "clause"]),
    many("requirement", "Requires", Text).also(&["must", "obligation"]),
    many("goal", "Goal", Text).also(&["aim", "target", "milestone"]),
    one("measures", "Measures", Text),
    many("applies_to", "Applies to", RefOrText(ANY)).back("Regulated by").also(&[
        "regulates",
        "covers",
        "targets",
        "restricts",
    ]),
    // How much
    one("valuation", "Valuation", Money).also(&["worth", "valued", "value", "unicorn"]),
    many("funding", "Raised", Money).also(&["raised", "raise", "funding", "financing", "round", "money"]),
    many("financing", "Financing", Text).also(&["funding", "round", "raised"]),
    many("investor", "Backed by", RefOrText(COMPANY)).back("Invested in").also(&[
        "backers",
        "backed by",
        "who invested",
        "who backs",
        "invested in",
        "investors",
    ]),
    many("spending", "Spending", Money).also(&["invested", "investment", "spent", "budget", "capex"]),
    one("amount", "Amount", Money).also(&["fund", "budget", "subsidy", "fine"]),
    one("users", "Users", Quantity).also(&["monthly active users", "mau", "audience", "how many people use"]),
    one("employees", "Employees", Quantity).also(&["staff", "headcount", "head count", "people"]),
    one("model_count", "Models released", Quantity).also(&["how many models"]),
    many("sales", "Sales", Amount).also(&["sold", "revenue"]),
    many("price", "Price", Money).also(&["cost", "costs"]),
    many("efficiency", "Efficiency", Text).also(&["cheap", "training cost", "compute needed"]),
    many("reading", "Value", Amount).also(&["share", "count", "rate", "reserves"]),
    // What of it
    many("used_by", "Used by", RefOrText(COMPANY)).back("Uses").also(&["customers", "adopted by", "who uses"]),
    many("partner", "Works with", RefOrText(COMPANY)).back("Works with").also(&[
        "partnership",
        "partners",
        "collaboration",
    ]),
    many("strategy", "Strategy", Text).also(&["plan", "approach", "pivot"]),
    many("view", "View", Text).also(&["said", "says", "thinks", "opinion", "claims"]),
    many("finding", "Finding", Text).also(&["fact", "reported"]),
    many("outcome", "Outcome", Text).also(&["result", "effect", "consequence"]),
    many("status", "Status", Text),
    many("restriction", "Restricted by", RefOrText(&["policy", "event"]))
        .back("Restricts")
        .also(&["banned", "blocked", "sanction"]),
    many("about", "About", Ref(ANY)).also(&["concerns"]),
    many("related", "See also", Ref(ANY)).back("See also"),
];

/// The property that the files call `id`.
#[must_use]
pub fn property(id: &str) -> Option<&'static Property> {
    static BY_ID: LazyLock<HashMap<&str, &Property>> =
        LazyLock::new(|| PROPERTIES.iter().map(|property| (property.id, property)).collect());
    BY_ID.get(id).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn ids_are_unique() {
        let ids: HashSet<_> = PROPERTIES.iter().map(|property| property.id).collect();
        assert_eq!(ids.len(), PROPERTIES.len());
    }

    #[test]
    fn a_rank_is_the_place_in_the_table() {
        for (place, property) in PROPERTIES.iter().enumerate() {
            assert_eq!(property.rank(), place);
        }
    }

    #[test]
    fn nobody_uses_a_topic() {
        let called = |id: &str, from: &str| property(id).unwrap().backwards(crate::dataset::kind(from).unwrap());
        assert_eq!(called("used_by", "chip"), "Uses");
        assert_eq!(called("used_by", "topic"), "Topics");
        assert_eq!(called("related", "topic"), "See also");
        assert_eq!(called("about", "event"), "Events");
    }

    #[test]
    fn kin_are_properties() {
        for (of, kin) in KIN {
            assert_eq!(property(of).unwrap().kin().count(), kin.len(), "{of}");
        }
    }

    #[test]
    fn what_is_asked_for_is_a_property() {
        for (id, phrases) in asked::ASKED {
            assert!(property(id).is_some(), "{id}");
            assert!(phrases.split(", ").all(|phrase| !phrase.is_empty() && phrase.trim() == phrase), "{phrases}");
        }
    }

    #[test]
    fn only_dates_feed_the_timeline() {
        for property in PROPERTIES {
            assert_eq!(property.timeline.is_some(), property.value == ValueType::Date, "{}", property.id);
        }
    }

    #[test]
    fn references_point_to_kinds_that_exist() {
        for property in PROPERTIES {
            if let ValueType::Ref(kinds) | ValueType::RefOrText(kinds) = property.value {
                for kind in kinds {
                    assert!(crate::dataset::kind(kind).is_some(), "{}: {kind}", property.id);
                }
            }
        }
    }
}
