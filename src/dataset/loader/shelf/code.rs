//! Records as bytes: numbers seven bits a byte, texts after their lengths, what may be missing after a 0 or 1.

use super::super::{
    super::{
        Amount, Claim, Facts, KINDS, Money, PROPERTIES, PartialDate, Qualifier, Quantity, Record, SourceInfo, Value,
        folder::Stamp,
    },
    part::Part,
};

/// Writes.
#[derive(Default)]
pub(super) struct Writer {
    pub bytes: Vec<u8>,
}

/// What was read was not written by a [`Writer`].
#[derive(Debug)]
pub(super) struct Foreign;

/// Reads what a [`Writer`] wrote.
pub(super) struct Reader<'b> {
    left: &'b [u8],
}

impl Writer {
    pub(super) fn part(&mut self, part: &Part) {
        for number in part.stamp.0 {
            self.bytes.extend(number.to_le_bytes());
        }
        self.bytes.push(part.settled.into());
        self.bytes.extend(part.hash);
        self.list(&part.rows, |writer, (hash, record)| {
            writer.bytes.extend(hash);
            writer.record(record);
        });
    }

    fn record(&mut self, record: &Record) {
        self.number(KINDS.iter().position(|kind| *kind == record.kind).unwrap_or(usize::MAX));
        self.text(&record.id);
        self.text(&record.name);
        self.option(record.native_name.as_ref(), |writer, name| writer.text(name));
        for list in [&record.aliases, &record.tags, &record.formerly] {
            self.list(list, |writer, text| writer.text(text));
        }
        self.text(&record.summary);
        self.list(&record.claims, Self::claim);
        self.option(record.source.as_deref(), |writer, source| {
            for text in [&source.publisher, &source.url, &source.language] {
                writer.option(text.as_ref(), |writer, text| writer.text(text));
            }
            writer.list(&source.authors, |writer, text| writer.text(text));
            writer.date(source.date);
        });
    }

    fn claim(&mut self, claim: &Claim) {
        self.number(claim.property.rank());
        match &claim.value {
            Value::Text(text) => self.tagged(0, |writer| writer.text(text)),
            Value::Ref(id) => self.tagged(1, |writer| writer.text(id)),
            Value::Quantity(quantity) => self.tagged(2, |writer| {
                writer.amount(&quantity.amount);
                writer.option(quantity.unit.as_ref(), |writer, unit| writer.text(unit));
            }),
            Value::Money(money) => self.tagged(3, |writer| writer.money(money)),
            Value::Date(date) => self.tagged(4, |writer| writer.date(Some(*date))),
        }
        self.date(claim.as_of);
        self.list(&claim.sources, |writer, text| writer.text(text));
        self.option(claim.note.as_ref(), |writer, text| writer.text(text));
    }

    fn money(&mut self, money: &Money) {
        self.amount(&money.amount);
        self.text(&money.currency);
        self.option(money.converted.as_deref(), Self::money);
    }

    fn amount(&mut self, amount: &Amount) {
        self.bytes.extend(amount.from.to_le_bytes());
        self.option(amount.to, |writer, to| writer.bytes.extend(to.to_le_bytes()));
        let place = |qualifier| Qualifier::ALL.iter().position(|(known, ..)| *known == qualifier);
        self.option(amount.qualifier.and_then(place), Self::number);
    }

    fn date(&mut self, date: Option<PartialDate>) {
        self.bytes.extend(date.map_or(0, PartialDate::packed).to_le_bytes());
    }

    fn tagged(&mut self, tag: u8, write: impl FnOnce(&mut Self)) {
        self.bytes.push(tag);
        write(self);
    }

    fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.bytes.push(value.is_some().into());
        if let Some(value) = value {
            write(self, value);
        }
    }

    fn list<T>(&mut self, items: &[T], mut write: impl FnMut(&mut Self, &T)) {
        self.number(items.len());
        for item in items {
            write(self, item);
        }
    }

    fn text(&mut self, text: &str) {
        self.number(text.len());
        self.bytes.extend(text.as_bytes());
    }

    fn number(&mut self, mut number: usize) {
        while number > 0x7f {
            self.bytes.push(number.to_le_bytes()[0] | 0x80);
            number >>= 7;
        }
        self.bytes.push(number.to_le_bytes()[0]);
    }
}

impl<'b> Reader<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self { left: bytes }
    }

    pub(super) fn part(&mut self) -> Result<Part, Foreign> {
        let mut stamp = [0; 7];
        for number in &mut stamp {
            *number = u64::from_le_bytes(self.array()?);
        }
        let settled = self.flag()?;
        let hash = self.array()?;
        let rows = self.list(|reader| Ok((reader.array()?, reader.record()?)))?;
        if self.left.is_empty() {
            Ok(Part { stamp: Stamp(stamp), settled, hash, rows, saved: true })
        } else {
            Err(Foreign)
        }
    }

    fn record(&mut self) -> Result<Record, Foreign> {
        let kind = KINDS.get(self.number()?).ok_or(Foreign)?;
        let (id, name) = (self.text()?, self.text()?);
        let native_name = self.option(Self::text)?;
        let (aliases, tags, formerly) = (self.list(Self::text)?, self.list(Self::text)?, self.list(Self::text)?);
        let summary = self.text()?;
        let claims = self.list(Self::claim)?;
        let source = self.option(|reader| {
            let mut text = || reader.option(Self::text);
            let (publisher, url, language) = (text()?, text()?, text()?);
            let authors = reader.list(Self::text)?;
            Ok(Box::new(SourceInfo { publisher, authors, date: reader.date()?, url, language }))
        })?;
        Ok(Facts { kind, id, name, native_name, aliases, tags, summary, formerly, claims, source }.into())
    }

    fn claim(&mut self) -> Result<Claim, Foreign> {
        let property = PROPERTIES.get(self.number()?).ok_or(Foreign)?;
        let value = match self.byte()? {
            0 => Value::Text(self.text()?),
            1 => Value::Ref(self.text()?),
            2 => Value::Quantity(Quantity { amount: self.amount()?, unit: self.option(Self::text)? }),
            3 => Value::Money(self.money()?),
            4 => Value::Date(self.date()?.ok_or(Foreign)?),
            _ => return Err(Foreign),
        };
        let as_of = self.date()?;
        Ok(Claim { property, value, as_of, sources: self.list(Self::text)?, note: self.option(Self::text)? })
    }

    fn money(&mut self) -> Result<Money, Foreign> {
        let (amount, currency) = (self.amount()?, self.text()?);
        let converted = self.option(|reader| reader.money().map(Box::new))?;
        Ok(Money { amount, currency, converted })
    }

    fn amount(&mut self) -> Result<Amount, Foreign> {
        let from = f64::from_le_bytes(self.array()?);
        let to = self.option(|reader| Ok(f64::from_le_bytes(reader.array()?)))?;
        let qualifier =
            self.option(|reader| Qualifier::ALL.get(reader.number()?).map(|known| known.0).ok_or(Foreign))?;
        Ok(Amount { from, to, qualifier })
    }

    fn date(&mut self) -> Result<Option<PartialDate>, Foreign> {
        let packed = u32::from_le_bytes(self.array()?);
        if packed == 0 { Ok(None) } else { PartialDate::unpacked(packed).map(Some).ok_or(Foreign) }
    }

    fn option<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Foreign>) -> Result<Option<T>, Foreign> {
        if self.flag()? { read(self).map(Some) } else { Ok(None) }
    }

    fn list<T>(&mut self, mut read: impl FnMut(&mut Self) -> Result<T, Foreign>) -> Result<Vec<T>, Foreign> {
        let length = self.number()?;
        // Each item takes a byte at least.
        let mut items = Vec::with_capacity(length.min(self.left.len()));
        for _ in 0..length {
            items.push(read(self)?);
        }
        Ok(items)
    }

    fn text(&mut self) -> Result<String, Foreign> {
        let length = self.number()?;
        let text = self.left.get(..length).ok_or(Foreign)?;
        self.left = &self.left[length..];
        std::str::from_utf8(text).map(ToOwned::to_owned).map_err(|_| Foreign)
    }

    fn number(&mut self) -> Result<usize, Foreign> {
        let mut number = 0;
        for shift in (0..usize::BITS).step_by(7) {
            let byte = self.byte()?;
            number |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(Foreign)
    }

    fn flag(&mut self) -> Result<bool, Foreign> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Foreign),
        }
    }

    fn byte(&mut self) -> Result<u8, Foreign> {
        self.array().map(|[byte]| byte)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Foreign> {
        let (array, left) = self.left.split_first_chunk().ok_or(Foreign)?;
        self.left = left;
        Ok(*array)
    }
}
