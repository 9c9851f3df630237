//! Many statements, found by what they say.

use std::collections::{HashMap, VecDeque};

use super::super::{
    Statement,
    quick::{BuildQuick, quick},
};

/// Statements in the order in which they came, each found without looking at the others.
#[derive(Debug, Clone, Default)]
pub(crate) struct Statements {
    list: Vec<Option<Statement>>,
    /// The places of those with a hash, which several may share.
    places: HashMap<u64, VecDeque<usize>, BuildQuick>,
}

impl Statements {
    pub(crate) fn push(&mut self, statement: Statement) {
        self.places.entry(hash(&statement)).or_default().push_back(self.list.len());
        self.list.push(Some(statement));
    }

    /// Takes the first one out that [says the same](Statement::says_the_same).
    pub(crate) fn take(&mut self, statement: &Statement) -> Option<Statement> {
        let places = self.places.get_mut(&hash(statement))?;
        let list = &mut self.list;
        let says_the_same = |place: &usize| list[*place].as_ref().is_some_and(|known| known.says_the_same(statement));
        let found = places.iter().position(says_the_same)?;
        list[places.remove(found)?].take()
    }

    pub(crate) fn contains(&self, statement: &Statement) -> bool {
        let says_the_same =
            |place: &usize| self.list[*place].as_ref().is_some_and(|known| known.says_the_same(statement));
        self.places.get(&hash(statement)).is_some_and(|places| places.iter().any(says_the_same))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Statement> {
        self.list.iter().flatten()
    }

    pub(crate) fn into_vec(self) -> Vec<Statement> {
        self.list.into_iter().flatten().collect()
    }
}

impl FromIterator<Statement> for Statements {
    fn from_iter<I: IntoIterator<Item = Statement>>(statements: I) -> Self {
        let mut all = Self::default();
        statements.into_iter().for_each(|statement| all.push(statement));
        all
    }
}

fn hash(statement: &Statement) -> u64 {
    quick((&statement.property, &statement.value, &statement.as_of, &statement.sources))
}
