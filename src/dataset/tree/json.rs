//! One line of JSON. What the line writes without escapes is borrowed from it, and its address says where it stands.

use std::{borrow::Cow, collections::HashSet, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::{
    super::quick::{BuildQuick, quick},
    Data, Key, Node, Place,
};

/// Of an object with more keys than this it is remembered which have been.
const FEW: usize = 16;

/// Reads a line that begins at this byte of its file.
pub(super) fn node(line: &str, start: usize) -> Result<Node<'_>, serde_json::Error> {
    let mut json = serde_json::Deserializer::from_str(line);
    let place = Place::new(start);
    let data = Seed { line, start, place }.deserialize(&mut json)?;
    json.end()?;
    Ok(Node { place, data })
}

/// A value that stands at `place`, or right after it: a value is pointed at by its key.
#[derive(Clone, Copy)]
struct Seed<'f> {
    line: &'f str,
    start: usize,
    place: Place,
}

/// A text of the line: as it stands there, or with its escapes resolved.
struct Text;

impl Seed<'_> {
    /// Where a text begins, its quotation mark included, if it is a part of the line.
    fn place_of(self, text: &str) -> Place {
        let offset = text.as_ptr().addr().wrapping_sub(self.line.as_ptr().addr());
        if offset <= self.line.len() { Place::new(self.start + offset.saturating_sub(1)) } else { self.place }
    }
}

impl<'f> DeserializeSeed<'f> for Seed<'f> {
    type Value = Data<'f>;

    fn deserialize<D: Deserializer<'f>>(self, deserializer: D) -> Result<Data<'f>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'f> Visitor<'f> for Seed<'f> {
    type Value = Data<'f>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_borrowed_str<E>(self, text: &'f str) -> Result<Data<'f>, E> {
        Ok(Data::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Data<'f>, E> {
        Ok(Data::Text(Cow::Owned(text.to_owned())))
    }

    #[expect(clippy::cast_precision_loss, reason = "amounts are compared, not counted")]
    fn visit_u64<E>(self, number: u64) -> Result<Data<'f>, E> {
        Ok(Data::Number(number as f64))
    }

    #[expect(clippy::cast_precision_loss, reason = "amounts are compared, not counted")]
    fn visit_i64<E>(self, number: i64) -> Result<Data<'f>, E> {
        Ok(Data::Number(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Data<'f>, E> {
        Ok(Data::Number(number))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Data<'f>, E> {
        Ok(Data::Other("true or false"))
    }

    fn visit_unit<E>(self) -> Result<Data<'f>, E> {
        Ok(Data::Other("null"))
    }

    fn visit_seq<A: SeqAccess<'f>>(self, mut items: A) -> Result<Data<'f>, A::Error> {
        let mut nodes = Vec::new();
        while let Some(data) = items.next_element_seed(self)? {
            let place = if let Data::Text(text) = &data { self.place_of(text) } else { self.place };
            nodes.push(Node { place, data });
        }
        Ok(Data::Array(nodes))
    }

    fn visit_map<A: MapAccess<'f>>(self, mut map: A) -> Result<Data<'f>, A::Error> {
        let mut entries: Vec<(Key, Node)> = Vec::with_capacity(8);
        // Hashes of the keys, where they are many.
        let mut many: HashSet<u64, BuildQuick> = HashSet::default();
        while let Some(name) = map.next_key_seed(Text)? {
            if entries.len() == FEW {
                many = entries.iter().map(|(key, _)| quick(&key.name)).collect();
            }
            let may_be_twice = entries.len() < FEW || !many.insert(quick(&name));
            if may_be_twice && entries.iter().any(|(key, _)| key.name == name) {
                return Err(A::Error::custom(format_args!("the key `{name}` stands twice")));
            }
            let place = self.place_of(&name);
            let data = map.next_value_seed(Seed { place, ..self })?;
            entries.push((Key { name, place }, Node { place, data }));
        }
        Ok(Data::Table(entries))
    }
}

impl<'f> DeserializeSeed<'f> for Text {
    type Value = Cow<'f, str>;

    fn deserialize<D: Deserializer<'f>>(self, deserializer: D) -> Result<Cow<'f, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'f> Visitor<'f> for Text {
    type Value = Cow<'f, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_borrowed_str<E>(self, text: &'f str) -> Result<Cow<'f, str>, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Cow<'f, str>, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}
