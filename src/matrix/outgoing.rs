//! How an answer looks on the wire.

use std::fmt::Write as _;

use serde_json::{Value, json};

/// An answer to one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The room's id.
    pub room: String,
    /// The id of the message that is answered.
    pub question: String,
    /// How many of the message's commands are answered by other messages before this one.
    pub after: usize,
    /// The root of the thread the message was said in, if it was said in one.
    pub thread: Option<String>,
    /// The answer as plain text.
    pub text: String,
    /// The answer as HTML that says the same.
    pub html: String,
}

/// How many bytes both bodies may take together. An event may have 65,536 bytes in all; encryption adds a third, JSON
/// escapes and the envelope take some more.
const ROOM_FOR_BODIES: usize = 40 * 1024;

impl Answer {
    /// The content of the `m.room.message` event: a notice that replies to the question and mentions nobody.
    #[must_use]
    pub fn content(&self) -> Value {
        let reply = json!({ "event_id": self.question });
        let relation = match &self.thread {
            None => json!({ "m.in_reply_to": reply }),
            Some(root) => json!({
                "rel_type": "m.thread", "event_id": root, "is_falling_back": false, "m.in_reply_to": reply,
            }),
        };
        let mut content = notice(&self.room, &self.text, &self.html);
        content["m.relates_to"] = relation;
        content
    }
}

/// The key in the content of what is said unasked, by which it is found again. It is the only thing of it that is not
/// meant for people.
pub(super) const DIGEST_KEY: &str = "org.tigerdesk.digest";

/// Something said unasked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// The room's id or alias.
    pub room: String,
    /// Its transaction id, and how it is found in the room again.
    pub key: String,
    /// What it belongs to.
    pub relation: Relation,
    /// What it says as plain text.
    pub text: String,
    /// HTML that says the same.
    pub html: String,
}

/// What something that is said unasked belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Relation {
    /// Nothing.
    None,
    /// The thread under this event.
    Thread(String),
    /// It replaces this event of ours.
    Edit(String),
}

impl Post {
    /// The content of the `m.room.message` event: a notice that mentions nobody.
    #[must_use]
    pub fn content(&self) -> Value {
        let mut content = notice(&self.room, &self.text, &self.html);
        content[DIGEST_KEY] = json!({ "key": self.key });
        match &self.relation {
            Relation::None => {}
            Relation::Thread(root) => {
                content["m.relates_to"] = json!({
                    "rel_type": "m.thread", "event_id": root, "is_falling_back": true,
                    "m.in_reply_to": { "event_id": root },
                });
            }
            Relation::Edit(event) => {
                // An edit carries the text twice; clients that know of edits show the inner one.
                let fallback = format!("* {}", self.text.chars().take(FALLBACK).collect::<String>());
                content = json!({
                    "msgtype": "m.notice", "body": fallback, "m.mentions": {}, DIGEST_KEY: { "key": self.key },
                    "m.new_content": content, "m.relates_to": { "rel_type": "m.replace", "event_id": event },
                });
            }
        }
        content
    }
}

/// How much of an edit is told to clients that know of none.
const FALLBACK: usize = 500;

/// A notice that mentions nobody.
///
/// Bodies that would not fit lose first the HTML, then the end of the text, so that it always arrives.
fn notice(room: &str, text: &str, html: &str) -> Value {
    let mut content = json!({ "msgtype": "m.notice", "body": shortened(text), "m.mentions": {} });
    if fits(text, html) {
        content["format"] = json!("org.matrix.custom.html");
        content["formatted_body"] = json!(html);
    } else {
        tracing::warn!(room, "what was said was too long for its HTML and went as plain text");
    }
    content
}

/// Whether a message can hold both bodies.
#[must_use]
pub fn fits(text: &str, html: &str) -> bool {
    escaped_len(text) + escaped_len(html) <= ROOM_FOR_BODIES
}

/// The transaction id of the answer to `question`: the event's id in characters that are safe in a URL. Where one message could
/// not hold the answers to all of its commands, each further one is known by how many come before it.
///
/// The homeserver takes a message with the same id, device and room once (Synapse remembers it for about 24 hours), which
/// is what makes sending again after a crash safe.
#[must_use]
pub fn transaction_id(question: &str, after: usize) -> String {
    let mut id = "td-".to_owned();
    for byte in question.trim_start_matches('$').bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') {
            id.push(char::from(byte));
        } else {
            // Writing to a String never fails.
            let _ = write!(id, ".{byte:02x}");
        }
    }
    if after > 0 {
        let _ = write!(id, "..{after}");
    }
    id
}

fn escaped_len(text: &str) -> usize {
    text.chars().map(|c| if matches!(c, '"' | '\\' | '\n') { 2 } else { c.len_utf8() }).sum()
}

fn shortened(text: &str) -> String {
    if escaped_len(text) <= ROOM_FOR_BODIES {
        return text.to_owned();
    }
    let mut end = ROOM_FOR_BODIES / 2;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…", &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(thread: Option<&str>) -> Answer {
        Answer {
            room: "!r:hs".to_owned(),
            question: "$q".to_owned(),
            after: 0,
            thread: thread.map(str::to_owned),
            text: "Moonshot AI".to_owned(),
            html: "<b>Moonshot AI</b>".to_owned(),
        }
    }

    #[test]
    fn an_answer_is_a_notice_that_replies_and_mentions_nobody() {
        let expected = json!({
            "msgtype": "m.notice", "body": "Moonshot AI", "format": "org.matrix.custom.html",
            "formatted_body": "<b>Moonshot AI</b>", "m.mentions": {}, "m.relates_to": { "m.in_reply_to": { "event_id": "$q" } },
        });
        assert_eq!(answer(None).content(), expected);
    }

    #[test]
    fn an_answer_in_a_thread_stays_in_it_and_is_a_real_reply() {
        let relation = json!({
            "rel_type": "m.thread", "event_id": "$root", "is_falling_back": false, "m.in_reply_to": { "event_id": "$q" },
        });
        assert_eq!(answer(Some("$root")).content()["m.relates_to"], relation);
    }

    #[test]
    fn what_is_said_unasked_is_a_notice_with_a_key() {
        let post = |relation| Post {
            room: "!r:hs".to_owned(),
            key: "tdd-1".to_owned(),
            relation,
            text: "What changed".to_owned(),
            html: "<p>What changed</p>".to_owned(),
        };
        let plain = json!({
            "msgtype": "m.notice", "body": "What changed", "format": "org.matrix.custom.html",
            "formatted_body": "<p>What changed</p>", "m.mentions": {}, DIGEST_KEY: { "key": "tdd-1" },
        });
        assert_eq!(post(Relation::None).content(), plain);
        let threaded = post(Relation::Thread("$head".to_owned())).content();
        assert_eq!(threaded["m.relates_to"]["rel_type"], "m.thread");
        assert_eq!(threaded["m.relates_to"]["event_id"], "$head");
        let edit = post(Relation::Edit("$head".to_owned())).content();
        assert_eq!(edit["m.new_content"], plain);
        assert_eq!(edit["m.relates_to"], json!({ "rel_type": "m.replace", "event_id": "$head" }));
        assert_eq!(edit["body"], "* What changed");
    }

    #[test]
    fn an_answer_that_is_too_long_loses_its_html_and_then_its_end() {
        let long = Answer { text: "é\n".repeat(8_000), html: "x".repeat(30_000), ..answer(None) };
        assert!(long.content()["formatted_body"].is_null());
        assert_eq!(long.content()["body"], long.text);
        let endless = Answer { text: "é".repeat(60_000), ..answer(None) };
        let body = endless.content()["body"].as_str().map(str::len);
        assert!(body.is_some_and(|len| len > 10_000 && len <= ROOM_FOR_BODIES), "{body:?}");
    }

    #[test]
    fn transaction_ids_are_safe_in_a_url_and_never_collide() {
        assert_eq!(transaction_id("$abc_-9", 0), "td-abc_-9");
        assert_eq!(transaction_id("$143:hs.org", 0), "td-143.3ahs.2eorg");
        assert_ne!(transaction_id("$a:b", 0), transaction_id("$a.3ab", 0));
        assert_eq!(transaction_id("$abc", 2), "td-abc..2");
        assert_ne!(transaction_id("$abc..2", 0), transaction_id("$abc", 2));
    }
}
