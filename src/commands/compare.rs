//! `!compare A B`: what is said of several records, side by side.

mod asked;
mod names;
mod parts;

use super::{Ask, Command, Desk, Hit, Outcome, Role, Spec, look_up, present::Present, text_outcome};
use crate::{
    dataset::{KINDS, Kind, Record},
    index,
    reply::{Block, Reply, bold, code, text},
};
use asked::Asked;
use names::names;
use parts::{Drawing, Part, parts};

/// So many records are compared at most.
const MOST: usize = 4;

/// The comparison.
pub(super) struct Compare;

impl Command for Compare {
    fn spec(&self) -> Spec {
        Spec {
            word: "compare",
            aliases: &["versus", "vs"],
            arguments: "NAME NAME [NAME NAME]",
            summary: "Two to four records side by side, property by property",
            example: "moonshot zhipu",
            more: "Part the names by commas or vs, or put them in quotes, if I split them wrongly: deepseek r1 vs kimi k2. A \
                   property at the end shows that one alone: moonshot zhipu valuation",
            who: Role::Member,
        }
    }

    fn takes(&self, so_far: &str, _line: &str) -> bool {
        // Names may stand one below the other.
        !so_far.contains([' ', ','])
    }

    fn answer(&self, desk: &Desk, ask: &Ask) -> Result<Outcome, index::Error> {
        let mut names = names(desk, &ask.invocation)?;
        let asked = asked::asked(desk, &mut names)?;
        if let ([name], Some(Asked { part, .. })) = (&names[..], &asked) {
            let mut spans = vec![text("A comparison takes two names. Of one alone: ")];
            spans.push(code(format!("!about {name} {}", part.to_lowercase())));
            return Ok(text_outcome(spans));
        }
        if names.len() < 2 {
            return Ok(self.spec().how_to());
        }
        let mut blocks = Vec::new();
        if let Some(Asked { part, slip: Some(typed) }) = &asked {
            blocks.push(Block::Para(vec![text("I took "), bold(typed), text(format!(" for {part}."))]));
        }
        let mut asked = asked.map(|asked| asked.part);
        let kind = common_kind(desk, &names)?;
        let mut records: Vec<&Record> = Vec::new();
        let mut typed: Vec<&str> = Vec::new();
        for name in names.iter().take(MOST) {
            let words: Vec<String> = name.split_whitespace().map(ToOwned::to_owned).collect();
            match look_up::find(desk, kind, &words)? {
                Some(found) if records.iter().any(|known| known.id == found.record.id) => {
                    blocks.push(Block::Para(vec![
                        bold(name),
                        text(" is "),
                        bold(&found.record.name),
                        text(" once more."),
                    ]));
                }
                Some(found) => {
                    asked = asked.or(found.section().map(ToOwned::to_owned));
                    typed.push(if found.section().is_some() { &found.record.name } else { name });
                    blocks.extend(found.why.map(Block::Para));
                    records.push(found.record);
                }
                None => blocks.extend(look_up::nothing(desk, name)?.blocks),
            }
        }
        if names.len() > MOST {
            let left: Vec<&str> = names[MOST..].iter().map(String::as_str).collect();
            blocks
                .push(Block::Para(vec![text(format!("I compare {MOST} at most and left out: {}.", left.join(", ")))]));
        }
        if records.len() < 2 {
            blocks.push(Block::Para(vec![
                text("A comparison takes two names that I know, as in "),
                code(self.spec().example_line()),
            ]));
            return Ok(Reply { blocks }.into());
        }
        let hits = records.iter().map(|record| Hit::whole(record)).collect();
        let command = command(&typed);
        let all = parts(desk, &records);
        let wanted = |part: &Part| asked.as_ref().map_or(part.is_shared(), |asked| part.is_called(asked));
        let (shown, mut others): (Vec<Part>, Vec<Part>) = all.into_iter().partition(wanted);
        if let Some(asked) = asked {
            if shown.is_empty() {
                blocks.extend([parts::head(&records), parts::nothing(&others, &asked, &command)]);
                return Ok(Outcome { reply: Reply { blocks }, hits, effect: None });
            }
            // Who asks for one part is not told of others.
            others.clear();
        }
        let (present, command) = (Present::of(desk, ask), &command);
        let drawing = Drawing { desk, present, records: &records, shown: &shown, others: &others, command };
        let reply = parts::fitted(shown.len(), |room| Reply {
            blocks: blocks.iter().cloned().chain(drawing.draw(room)).collect(),
        });
        Ok(Outcome { reply, hits, effect: None })
    }
}

/// The command that compares what goes by some names, to which a part can be added behind a comma.
fn command(names: &[&str]) -> String {
    let quoted = |name: &&str| if name.contains(',') { format!("\"{name}\"") } else { (*name).to_owned() };
    format!("!compare {}", names.iter().map(quoted).collect::<Vec<_>>().join(", "))
}

/// The first kind that has a record of each name, so that an app is compared with an app and not with a model.
fn common_kind(desk: &Desk, names: &[String]) -> Result<Option<Kind>, index::Error> {
    let mut kinds: Vec<Kind> = KINDS.to_vec();
    for name in names.iter().take(MOST) {
        let named = desk.index.named(None, name)?;
        kinds.retain(|kind| named.iter().any(|place| desk.dataset.records()[*place].kind == *kind));
    }
    Ok(kinds.first().copied())
}
