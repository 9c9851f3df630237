use super::*;

const ROOMS: [&str; 3] = ["!a", "!b", "!c"];

fn after(start: Instant, milliseconds: u64) -> Instant {
    start + Duration::from_millis(milliseconds)
}

/// A line in which so many answers wait.
fn line(answers: u64) -> Line {
    Line { answers: (0..answers).collect(), ..Line::default() }
}

/// Sends one message after the other for as long as somebody waits, a late digest always among them: what went, in order.
fn order(line: &mut Line, now: Instant) -> String {
    let mut went = String::new();
    loop {
        if line.late_digest(now) {
            line.ended(What::Digest, false, "!d", Sent::Taken, now);
            went.push('d');
        } else if line.next_answer(now).is_some() {
            line.ended(What::Answer, false, "!a", Sent::Taken, now);
            went.push('a');
        } else {
            return went;
        }
    }
}

#[test]
fn a_late_digest_gets_every_tenth_turn() {
    let now = Instant::now();
    assert_eq!(order(&mut line(30), now), "aaaaaaaaadaaaaaaaaadaaaaaaaaadaaa");
    // Every fifth where the homeserver limits what is sent.
    let mut limited = Line { careful_until: Some(after(now, 1)), ..line(10) };
    assert_eq!(order(&mut limited, now), "aaaadaaaadaa");
}

#[test]
fn a_late_digest_goes_after_a_while_however_few_answers_are_sent() {
    let start = Instant::now();
    let mut line = line(2);
    assert!(!line.late_digest(start));
    assert!(!line.late_digest(after(start, 29_999)));
    assert!(line.late_digest(after(start, 30_000)));
    line.ended(What::Digest, false, "!d", Sent::Taken, after(start, 30_100));
    assert!(!line.late_digest(after(start, 31_000)), "the next one waits anew");
    assert!(line.late_digest(after(start, 60_000)));
}

#[test]
fn a_digest_that_is_not_late_waits_for_all_answers() {
    let now = Instant::now();
    let mut line = line(1);
    assert!(!line.digest(now));
    assert_eq!(line.next_answer(now), Some(0));
    assert!(line.digest(now), "what is under way is not waited for where there are no limits");
}

#[test]
fn answers_go_side_by_side_until_the_homeserver_sets_limits() {
    let now = Instant::now();
    let mut free = line(40);
    assert_eq!(std::iter::from_fn(|| free.next_answer(now)).collect::<Vec<_>>(), (0..16).collect::<Vec<_>>());
    let mut limited = line(3);
    limited.next_answer(now);
    limited.ended(What::Answer, false, "!a", Sent::Limited(None), now);
    assert_eq!(limited.next_answer(now), Some(1));
    assert_eq!(limited.next_answer(now), None, "one at a time");
    limited.ended(What::Answer, false, "!b", Sent::Taken, now);
    assert_eq!(limited.next_answer(now), Some(2));
    assert!(!limited.is_free(after(now, 29_000)));
    assert!(limited.is_free(after(now, 31_000)));
}

#[test]
fn the_limit_of_one_room_is_its_own_and_that_of_two_is_the_accounts() {
    let now = Instant::now();
    let hour = Sent::Limited(Some(Duration::from_hours(1)));
    let mut line = Line::default();
    for _ in 0..3 {
        line.ended(What::Digest, false, ROOMS[0], hour, now);
        assert!(!line.is_shut(now));
    }
    // Another room's message goes through: it was the first room's own.
    line.ended(What::Answer, false, ROOMS[1], Sent::Taken, now);
    line.ended(What::Answer, false, ROOMS[2], hour, now);
    assert!(!line.is_shut(now));
    line.ended(What::Answer, false, ROOMS[1], hour, now);
    assert!(line.is_shut(after(now, 4_999)));
    let later = after(now, 5_000);
    assert!(!line.is_shut(later), "however long is asked for, somebody looks whether it is over");
    line.ended(What::Answer, false, ROOMS[0], hour, later);
    assert!(!line.is_shut(later));
    line.ended(What::Answer, false, ROOMS[1], hour, later);
    assert!(line.is_shut(later));
}

#[test]
fn whose_turn_it_is_waits_for_what_is_under_way_and_nobody_overtakes() {
    let now = Instant::now();
    let mut line = Line { since_digest: 4, careful_until: Some(after(now, 60_000)), ..line(3) };
    assert_eq!(line.next_answer(now), Some(0));
    assert!(!line.late_digest(now), "an answer is under way");
    line.ended(What::Answer, false, "!a", Sent::Taken, now);
    assert_eq!(line.next_answer(now), None, "it is the digest's turn");
    assert!(line.late_digest(now));
    assert_eq!(line.next_answer(now), None);
    line.ended(What::Digest, false, "!d", Sent::Limited(None), now);
    assert_eq!(line.next_answer(now), Some(1), "a digest that is refused does not ask again at once");
    assert!(!line.late_digest(now));
}

#[test]
fn what_is_slow_holds_up_nobody() {
    let now = Instant::now();
    let mut line = line(20);
    let first: Vec<u64> = std::iter::from_fn(|| line.next_answer(now)).collect();
    for _ in &first {
        assert!(line.is_slow(What::Answer));
    }
    assert_eq!(line.next_answer(now), Some(16));
    for _ in &first {
        line.ended(What::Answer, true, "!a", Sent::Failed, now);
    }
    assert_eq!((line.slow, line.answering), (0, 1));
    line.slow = SLOW_AT_ONCE;
    assert!(!line.is_slow(What::Answer), "not without end");
}

#[tokio::test]
async fn turns_are_taken_in_order_and_given_back() {
    let turns = Turns::default();
    let limit = Sent::Limited(Some(Duration::from_millis(300)));
    turns.answer("!a").await.ends(limit);
    turns.answer("!b").await.ends(limit);
    let start = Instant::now();
    assert!(turns.shut_until().is_some());
    let first = turns.answer("!c").await;
    assert!(start.elapsed() >= Duration::from_millis(250), "{:?}", start.elapsed());
    {
        // Gives up waiting.
        let waits = tokio::time::timeout(Duration::from_millis(20), turns.answer("!d"));
        assert!(waits.await.is_err());
    }
    let second = turns.clone();
    let second = tokio::spawn(async move { second.answer("!e").await.ends(Sent::Taken) });
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(!second.is_finished());
    first.ends(Sent::Taken);
    second.await.unwrap();
    assert!(turns.digest("!f").is_some());
    let state = turns.state();
    assert_eq!((state.line.answering, state.line.telling, state.line.answers.len(), state.waiting.len()), (0, 0, 0, 0));
}
