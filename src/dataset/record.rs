//! Records and the claims made of them.

use serde::{Deserialize, Serialize};

use super::{Kind, PartialDate, Property, Value};

/// One thing that the dataset knows of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Its kind.
    #[serde(with = "by_place::kinds")]
    pub kind: Kind,
    /// Lower-case letters, digits and hyphens; unique in the dataset.
    pub id: String,
    /// The name it goes by; a source's title.
    pub name: String,
    /// The name in its own language and script.
    pub native_name: Option<String>,
    /// Other names that people use, slips of sources included.
    pub aliases: Vec<String>,
    /// Free tags, written like ids.
    pub tags: Vec<String>,
    /// What it is, in our own words. May be empty.
    pub summary: String,
    /// Ids that it had in earlier releases.
    pub formerly: Vec<String>,
    /// What is said of it.
    pub claims: Vec<Claim>,
    /// For a source: what it is.
    pub source: Option<SourceInfo>,
}

impl Record {
    /// Every name that the record is found by: its name, native name and aliases.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.name.as_str())
            .chain(self.native_name.as_deref())
            .chain(self.aliases.iter().map(String::as_str))
    }
}

/// The unit of truth: what one or more sources say of a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// What is said.
    #[serde(with = "by_place::properties")]
    pub property: &'static Property,
    /// Its value, of the property's type.
    pub value: Value,
    /// The date for which it holds.
    pub as_of: Option<PartialDate>,
    /// Ids of the sources that say so, at least one.
    pub sources: Vec<String>,
    /// A remark in our own words.
    pub note: Option<String>,
}

/// What is known of a source. Each field only as far as the source itself tells.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceInfo {
    /// Who published it.
    pub publisher: Option<String>,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// When it was published.
    pub date: Option<PartialDate>,
    /// Where it is to be read, `http://` or `https://`.
    pub url: Option<String>,
    /// The language it is written in.
    pub language: Option<String>,
}

/// Kinds and properties as their places in the tables.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
mod by_place {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(super) mod kinds {
        use super::{super::super::KINDS, *};
        use crate::dataset::Kind;

        pub fn serialize<S: Serializer>(kind: &Kind, serializer: S) -> Result<S::Ok, S::Error> {
            let place = KINDS.iter().position(|known| known == kind).unwrap_or(usize::MAX);
            serializer.serialize_u64(place as u64)
        }

        pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Kind, D::Error> {
            let place = usize::deserialize(deserializer)?;
            KINDS.get(place).copied().ok_or_else(|| D::Error::custom("no such kind"))
        }
    }

    pub(super) mod properties {
        use super::{super::super::PROPERTIES, *};
        use crate::dataset::Property;

        pub fn serialize<S: Serializer>(property: &&'static Property, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_u64(property.rank() as u64)
        }

        pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<&'static Property, D::Error> {
            let place = usize::deserialize(deserializer)?;
            PROPERTIES.get(place).ok_or_else(|| D::Error::custom("no such property"))
        }
    }
}
