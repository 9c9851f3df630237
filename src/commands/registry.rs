//! The one list of the commands.

use std::sync::LazyLock;

use super::{
    Command,
    changes::Changes,
    cite::Cite,
    compare::Compare,
    digests::Digests,
    follow::{FollowThis, Follows, Unfollow},
    help::Help,
    history::History,
    list::List,
    look_up::LookUp,
    random::Random,
    reload::Reload,
    search::Search,
    timeline::Timeline,
    today::Today,
    top::Top,
};
use crate::dataset::KINDS;

/// Every command, in the order in which the help lists them. A kind of record brings its look-up word along.
static COMMANDS: LazyLock<Vec<Box<dyn Command>>> = LazyLock::new(|| {
    let mut commands: Vec<Box<dyn Command>> =
        vec![Box::new(Help), Box::new(Search), Box::new(Timeline), Box::new(List), Box::new(Top)];
    commands.push(Box::new(Compare));
    commands.push(Box::new(LookUp(None)));
    commands.extend(KINDS.iter().map(|kind| Box::new(LookUp(Some(kind))) as Box<dyn Command>));
    commands.push(Box::new(Cite));
    commands.push(Box::new(Today));
    commands.push(Box::new(Random));
    commands.push(Box::new(Changes));
    commands.push(Box::new(History));
    commands.push(Box::new(Digests));
    commands.push(Box::new(FollowThis));
    commands.push(Box::new(Unfollow));
    commands.push(Box::new(Follows));
    commands.push(Box::new(Reload));
    commands
});

/// Every command, in the order in which the help lists them.
pub fn commands() -> impl Iterator<Item = &'static dyn Command> {
    COMMANDS.iter().map(AsRef::as_ref)
}

/// The command with this word or alias, in lower case and without the `!`.
#[must_use]
pub fn find(word: &str) -> Option<&'static dyn Command> {
    commands().find(|command| {
        let spec = command.spec();
        spec.word == word || spec.aliases.contains(&word)
    })
}

/// Every word that a message may begin with, aliases included.
pub fn words() -> impl Iterator<Item = &'static str> {
    commands().flat_map(|command| {
        let spec = command.spec();
        std::iter::once(spec.word).chain(spec.aliases.iter().copied())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        commands::{Ask, Desk, Reading, answer, read},
        dataset::bundled,
    };
    use std::collections::HashSet;

    #[test]
    fn every_word_is_unique_and_can_be_typed() {
        let mut seen = HashSet::new();
        for word in words() {
            assert!(seen.insert(word), "{word} stands twice");
            assert!(!word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase()), "{word}");
        }
    }

    #[test]
    fn every_command_says_what_it_does() {
        for spec in commands().map(Command::spec) {
            assert!(!spec.summary.is_empty(), "{}", spec.word);
            assert!(spec.summary.len() <= 80, "{}: the summary is too long for a phone", spec.word);
            assert!(!spec.summary.ends_with('.'), "{}", spec.word);
        }
    }

    #[test]
    fn every_example_answers() {
        let desk = Desk::new(bundled().unwrap()).unwrap();
        for spec in commands().map(Command::spec) {
            let Reading::Command(invocation) = read(&spec.example_line()) else { panic!("{}", spec.example_line()) };
            assert_eq!(invocation.word, spec.word);
            let text = answer(&desk, &Ask::new(invocation, jiff::Timestamp::UNIX_EPOCH, 0)).reply.text();
            for failure in ["I know no", "Nothing here", "Nothing is dated for", "Sorry"] {
                assert!(!text.contains(failure), "{}: {text}", spec.example_line());
            }
            assert!(spec.word == "help" || !text.contains("For example"), "{}: {text}", spec.example_line());
        }
    }
}
