//! What a message says: its text without what clients and bridges add for those who would miss it otherwise.

use serde_json::Value;

/// What can have a caption: then `filename` names the file, and the body is what is said of it.
const WITH_CAPTION: [&str; 4] = ["m.image", "m.file", "m.video", "m.audio"];
/// Where a bridge says for whom it speaks (MSC4144), before and after it became part of the specification.
const PROFILES: [&str; 2] = ["com.beeper.per_message_profile", "m.per_message_profile"];
/// What marks the name in the HTML that a bridge puts in front for clients that know of no such profile.
const NAME_MARK: &str = "data-mx-profile-fallback";

/// The text of a message that isn't an edit, and its thread.
pub(super) fn text_of(json: &Value) -> Option<(String, Option<String>)> {
    let content = &json["content"];
    let relation = &content["m.relates_to"];
    let edit = relation["rel_type"] == "m.replace" || !content["m.new_content"].is_null();
    if json["type"] != "m.room.message" || edit || !is_said(content) {
        return None;
    }
    let body = content["body"].as_str()?;
    let reply = !relation["m.in_reply_to"]["event_id"].is_null();
    let text = without_name(content, if reply { without_quotation(body) } else { body });
    let thread =
        (relation["rel_type"] == "m.thread").then(|| relation["event_id"].as_str().map(str::to_owned)).flatten();
    Some((text.to_owned(), thread))
}

/// Whether the body is something that somebody says, rather than the name of a file.
fn is_said(content: &Value) -> bool {
    let kind = content["msgtype"].as_str().unwrap_or_default();
    let caption = || content["filename"].as_str().is_some_and(|name| content["body"] != name);
    kind == "m.text" || WITH_CAPTION.contains(&kind) && caption()
}

/// The body of a rich reply without the lines that quote what it replies to
/// (<https://spec.matrix.org/v1.12/client-server-api/#fallbacks-for-rich-replies>).
fn without_quotation(body: &str) -> &str {
    let mut rest = body;
    while rest.starts_with("> ") || rest.starts_with(">\n") {
        match rest.split_once('\n') {
            Some((_, after)) => rest = after,
            None => return "",
        }
    }
    if rest.len() < body.len() { rest.strip_prefix('\n').unwrap_or(rest) } else { body }
}

/// The text without the name of the one for whom a bridge speaks, where the message says that it has it in front
/// (<https://github.com/matrix-org/matrix-spec-proposals/pull/4144>).
fn without_name<'t>(content: &Value, text: &'t str) -> &'t str {
    let profile = PROFILES.iter().map(|key| &content[*key]).find(|profile| profile.is_object());
    let marked = content["formatted_body"].as_str().and_then(marked_name);
    if marked.is_none() && !profile.is_some_and(|profile| profile["has_fallback"] == true) {
        return text;
    }
    let called = profile.and_then(|profile| profile["displayname"].as_str());
    let names = called.into_iter().chain(marked.as_deref());
    names.map(|name| name.trim_end().trim_end_matches(':')).find_map(|name| behind_name(text, name)).unwrap_or(text)
}

/// What follows `name: ` at the beginning of a text.
fn behind_name<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    if name.is_empty() { None } else { text.strip_prefix(name)?.strip_prefix(": ").map(str::trim_start) }
}

/// The name in the HTML of a message, if it is marked as one that a bridge has put there.
fn marked_name(html: &str) -> Option<String> {
    let after = &html[html.find(NAME_MARK)? + NAME_MARK.len()..];
    let inside = &after[after.find('>')? + 1..];
    let name = &inside[..inside.find("</")?];
    let named = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#x27;", "'"), ("&amp;", "&")];
    Some(named.iter().fold(name.to_owned(), |name, (entity, sign)| name.replace(entity, sign)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn said(content: &Value) -> Option<String> {
        text_of(&json!({ "type": "m.room.message", "content": content })).map(|(text, _)| text)
    }

    #[test]
    fn a_caption_is_said_and_the_name_of_a_file_is_not() {
        for kind in WITH_CAPTION {
            let file = |body: &str, name: Value| said(&json!({ "msgtype": kind, "body": body, "filename": name }));
            assert_eq!(file("!company moonshot", json!("kimi.png")).as_deref(), Some("!company moonshot"), "{kind}");
            assert_eq!(file("!company moonshot", json!("!company moonshot")), None, "{kind}");
            assert_eq!(file("!company moonshot", Value::Null), None, "{kind}");
        }
        assert_eq!(said(&json!({ "msgtype": "m.location", "body": "!help", "filename": "x" })), None);
        assert_eq!(said(&json!({ "msgtype": "m.notice", "body": "!help", "filename": "x" })), None);
    }

    #[test]
    fn the_name_that_a_bridge_puts_in_front_is_not_said() {
        let profile = |has: Value| json!({ "id": "alice", "displayname": "Alice", "has_fallback": has });
        let html = "<strong data-mx-profile-fallback>Alice: </strong>!help";
        let unstable = "com.beeper.per_message_profile";
        for (content, text) in [
            (json!({ "body": "Alice: !help", unstable: profile(json!(true)), "formatted_body": html }), "!help"),
            (json!({ "body": "Alice: !help", "m.per_message_profile": profile(json!(true)) }), "!help"),
            (json!({ "body": "Alice: !help", unstable: { "id": "alice" }, "formatted_body": html }), "!help"),
            (
                json!({ "body": "A & B: !help", "formatted_body": "<strong data-mx-profile-fallback>A &amp; B: </strong>!help" }),
                "!help",
            ),
            (json!({ "body": "Alice: !help", unstable: profile(json!(false)) }), "Alice: !help"),
            (json!({ "body": "Alice: !help" }), "Alice: !help"),
            (json!({ "body": "Bob: !help", unstable: profile(json!(true)) }), "Bob: !help"),
            (json!({ "body": "!help", unstable: profile(json!(true)) }), "!help"),
            (json!({ "body": "Alice: !company\nmoonshot", unstable: profile(json!(true)) }), "!company\nmoonshot"),
            (
                json!({ "body": "> <@bob:hs> well\n\nAlice: !help", unstable: profile(json!(true)),
                        "m.relates_to": { "m.in_reply_to": { "event_id": "$y" } } }),
                "!help",
            ),
            (json!({ "body": "x", "formatted_body": "data-mx-profile-fallback" }), "x"),
        ] {
            let mut message = content.clone();
            message["msgtype"] = json!("m.text");
            assert_eq!(said(&message).as_deref(), Some(text), "{content}");
        }
    }
}
