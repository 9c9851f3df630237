//! `!help`: what can be asked.

use super::{Ask, Command, Desk, Outcome, Role, Spec, registry, text_outcome};
use crate::{
    index,
    reply::{Block, Reply, Span, bold, code, text},
    spelling::{fold, nearest},
};

/// The help, whole or for one command.
pub(super) struct Help;

impl Command for Help {
    fn spec(&self) -> Spec {
        Spec {
            word: "help",
            aliases: &["commands"],
            arguments: "[COMMAND]",
            summary: "What I can be asked, or how to use one command",
            example: "timeline",
            more: "",
            who: Role::Member,
        }
    }

    fn takes(&self, so_far: &str, line: &str) -> bool {
        so_far.is_empty() && registry::find(&fold(line)).is_some()
    }

    fn answer(&self, _desk: &Desk, ask: &Ask) -> Result<Outcome, index::Error> {
        Ok(match ask.invocation.args.first() {
            None => everything().into(),
            Some(word) => one(word),
        })
    }
}

fn everything() -> Reply {
    let intro =
        vec![bold("tigerdesk"), text(": a research desk on China's AI industry. Every fact names its source. Ask:")];
    let items = registry::commands().map(|command| line(&command.spec())).collect();
    let end = vec![text("More on one of them: "), code("!help timeline")];
    Reply { blocks: vec![Block::Para(intro), Block::List(items), Block::Para(end)] }
}

fn line(spec: &Spec) -> Vec<Span> {
    vec![code(spec.usage()), text(format!(" {}", spec.summary))]
}

fn one(word: &str) -> Outcome {
    let word = fold(word.trim_start_matches('!'));
    let Some(command) = registry::find(&word) else {
        let mut spans = vec![text("I know no command "), code(format!("!{word}")), text(". ")];
        if let Some(near) = nearest(&word, registry::words()) {
            spans.extend([text("Did you mean "), code(format!("!{near}")), text("? ")]);
        }
        spans.extend([code("!help"), text(" lists them all.")]);
        return text_outcome(spans);
    };
    let spec = command.spec();
    let mut spans = vec![code(spec.usage()), Span::Break, text(spec.summary)];
    if !spec.more.is_empty() {
        spans.extend([text(". "), text(spec.more)]);
    }
    spans.extend([Span::Break, text("For example: "), code(spec.example_line())]);
    if !spec.aliases.is_empty() {
        spans.extend([Span::Break, text("Also: ")]);
        for (place, alias) in spec.aliases.iter().enumerate() {
            spans.extend((place > 0).then(|| text(", ")));
            spans.push(code(format!("!{alias}")));
        }
    }
    text_outcome(spans)
}
