//! Quantities and money.

use super::{
    super::{
        Amount, Money, Property, Qualifier, Quantity,
        tree::{Data, Node, Place},
    },
    reader::{Entries, Reader},
};
use crate::spelling::nearest;

impl Reader<'_, '_> {
    pub(super) fn quantity(&mut self, property: &Property, node: Node<'_>) -> Option<Quantity> {
        const EXAMPLE: &str = "value = { amount = 800, unit = \"people\", qualifier = \"about\" }";
        match node.data {
            Data::Number(from) if from.is_finite() => {
                Some(Quantity { amount: Amount { from, to: None, qualifier: None }, unit: None })
            }
            Data::Table(entries) => {
                let mut entries = Entries::new(entries);
                let amount = self.amount(&mut entries, node.place, EXAMPLE);
                let unit = self.optional(&mut entries, "unit");
                entries.refuse_rest(self, "a quantity");
                Some(Quantity { amount: amount?, unit })
            }
            _ => self.wrong(property, &node, "a quantity", EXAMPLE),
        }
    }

    pub(super) fn money(&mut self, property: &Property, node: Node<'_>) -> Option<Money> {
        const EXAMPLE: &str = "value = { amount = 3.3e9, currency = \"USD\" }";
        let Data::Table(entries) = node.data else {
            return self.wrong(property, &node, "an amount of money", EXAMPLE);
        };
        let mut entries = Entries::new(entries);
        let amount = self.amount(&mut entries, node.place, EXAMPLE);
        let currency = if let Some((key, at)) = entries.take("currency") {
            let code = self.text(&key, &at)?;
            if code.len() != 3 || !code.bytes().all(|byte| byte.is_ascii_uppercase()) {
                self.fault(at.place, format!("`{code}` is no currency code"), "write USD, CNY, EUR, …");
            }
            Some(code)
        } else {
            self.fault(node.place, "the amount of money has no currency", format!("write it as in {EXAMPLE}"));
            None
        };
        let converted = entries.take("converted").and_then(|(_, node)| self.money(property, node).map(Box::new));
        entries.refuse_rest(self, "an amount of money");
        Some(Money { amount: amount?, currency: currency?, converted })
    }

    fn amount(&mut self, entries: &mut Entries, whole: Place, example: &str) -> Option<Amount> {
        let mut number = |reader: &mut Self, name: &'static str| {
            entries.take(name).map(|(_, node)| match node.data {
                Data::Number(number) if number.is_finite() => Some(number),
                data => {
                    let message = format!("`{name}` must be a number, not {}", data.describe());
                    reader.fault(node.place, message, format!("write it as in {example}"));
                    None
                }
            })
        };
        let (from, to) = (number(self, "amount"), number(self, "to"));
        if from.is_none() && !entries.has_slip_of("amount") {
            self.fault(whole, "the amount is missing", format!("write it as in {example}"));
        }
        let (from, to) = (from??, to.flatten());
        if to.is_some_and(|to| to <= from) {
            self.fault(whole, "the range ends where it begins, or below", "`to` must be larger than `amount`");
        }
        let qualifier = entries.take("qualifier").and_then(|(key, node)| {
            let name = self.text(&key, &node)?;
            let known = Qualifier::ALL.iter().find(|(_, id, _)| *id == name);
            if known.is_none() {
                self.findings.add(node.place, || {
                    let names = || Qualifier::ALL.iter().map(|(_, id, _)| *id);
                    let mend = match nearest(&name, names()) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("use one of {}", names().collect::<Vec<_>>().join(", ")),
                    };
                    (format!("there is no qualifier `{name}`"), mend)
                });
            }
            known.map(|(qualifier, ..)| *qualifier)
        });
        Some(Amount { from, to, qualifier })
    }
}
