use std::fs;

use super::*;

fn line(id: &str, name: &str) -> String {
    format!(
        "{{\"kind\":\"company\",\"id\":\"{id}\",\"name\":\"{name}\",\"claims\":[{{\"property\":\"valuation\",\
         \"value\":{{\"amount\":3.3e9,\"currency\":\"USD\",\"qualifier\":\"over\",\"converted\":{{\"amount\":24e9,\
         \"currency\":\"CNY\"}}}},\"as_of\":\"2025-03\",\"sources\":[\"s\"],\"note\":\"Größe\"}},{{\"property\":\
         \"founded\",\"value\":\"2023\",\"sources\":[\"s\"]}}]}}\n"
    )
}

const SOURCE: &str =
    "[[source]]\nid = \"s\"\nname = \"S\"\nauthor = \"Li\"\ndate = \"2025-03-01\"\nurl = \"https://example.org/\"\n";

fn folder(lines: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("a.toml"), SOURCE).unwrap();
    fs::write(dir.path().join("b.jsonl"), lines).unwrap();
    dir
}

fn shared(one: &Dataset, other: &Dataset, id: &str) -> bool {
    one.get(id).unwrap().is(other.get(id).unwrap())
}

#[test]
fn what_did_not_change_is_shared_and_what_changed_is_seen() {
    let dir = folder(&[line("a", "A"), line("b", "B")].concat());
    let mut loader = Loader::new(None);
    let first = loader.load(dir.path(), Timestamp::now()).unwrap();
    fs::write(dir.path().join("b.jsonl"), [line("b", "B"), "\n".to_owned(), line("a", "New")].concat()).unwrap();
    let second = loader.load(dir.path(), Timestamp::now()).unwrap();
    assert_eq!(second.name_of("a"), "New");
    assert!(shared(&first, &second, "b") && shared(&first, &second, "s") && !shared(&first, &second, "a"));
    fs::write(dir.path().join("a.toml"), format!("# A remark\n{SOURCE}")).unwrap();
    let third = loader.load(dir.path(), Timestamp::now()).unwrap();
    assert!(shared(&second, &third, "s"));
    fs::remove_file(dir.path().join("b.jsonl")).unwrap();
    assert_eq!(loader.load(dir.path(), Timestamp::now()).unwrap().records().len(), 1);
}

#[test]
fn a_change_at_the_same_length_and_time_is_seen() {
    let dir = folder(&line("a", "A"));
    let path = dir.path().join("b.jsonl");
    let mut loader = Loader::new(None);
    loader.load(dir.path(), Timestamp::now()).unwrap();
    let time = fs::metadata(&path).unwrap().modified().unwrap();
    fs::write(&path, line("a", "B")).unwrap();
    fs::File::open(&path).unwrap().set_modified(time).unwrap();
    assert_eq!(loader.load(dir.path(), Timestamp::now()).unwrap().name_of("a"), "B");
}

#[test]
fn the_next_start_finds_what_was_saved() {
    let dir = folder(&[line("a", "A"), line("b", "B")].concat());
    let cache = tempfile::tempdir().unwrap();
    let mut loader = Loader::new(Some(cache.path()));
    let first = loader.load(dir.path(), Timestamp::now()).unwrap();
    loader.save().unwrap();
    let shelf = Shelf::new(cache.path());
    for name in ["a.toml", "b.jsonl"] {
        let path = dir.path().join(name);
        let kept = shelf.get(&path).unwrap();
        assert!(kept.records().eq(loader.parts[&path].records()), "{name}");
    }
    let mut next = Loader::new(Some(cache.path()));
    assert!(next.sound.is_some());
    assert_eq!(next.load(dir.path(), Timestamp::now()).unwrap().records(), first.records());
    assert!(
        next.parts
            .values()
            .all(|part| part.rows.len() == loader.parts.values().map(|_| part.rows.len()).max().unwrap())
    );
    fs::remove_file(dir.path().join("b.jsonl")).unwrap();
    next.load(dir.path(), Timestamp::now()).unwrap();
    next.save().unwrap();
    assert_eq!(fs::read_dir(cache.path()).unwrap().count(), 2);
}

#[test]
fn a_damaged_or_foreign_cache_is_not_used() {
    let dir = folder(&line("a", "A"));
    let cache = tempfile::tempdir().unwrap();
    let mut loader = Loader::new(Some(cache.path()));
    let first = loader.load(dir.path(), Timestamp::now()).unwrap();
    loader.save().unwrap();
    let path = Shelf::new(cache.path()).place(&dir.path().join("b.jsonl"));
    let bytes = fs::read(&path).unwrap();
    for place in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[place] ^= 1;
        fs::write(&path, damaged).unwrap();
        assert!(Shelf::new(cache.path()).get(&dir.path().join("b.jsonl")).is_none(), "{place}");
    }
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    assert_eq!(Loader::new(Some(cache.path())).load(dir.path(), Timestamp::now()).unwrap().records(), first.records());
}

#[test]
fn faults_are_told_as_by_a_loader_that_read_nothing_before() {
    let good = [line("a", "A"), line("b", "B")].concat();
    let cache = tempfile::tempdir().unwrap();
    for bad in [
        [line("a", "A"), "{\n".to_owned()].concat(),
        [line("a", "A"), line("a", "A")].concat(),
        [line("a", "A"), line("b", "A")].concat(),
        good.replace("[\"s\"]", "[\"t\"]"),
        good.replacen("2025-03", "2025-13", 1),
        good.replacen("valuation", "valuatio", 1),
    ] {
        let dir = folder(&good);
        let mut loader = Loader::new(Some(cache.path()));
        loader.load(dir.path(), Timestamp::now()).unwrap();
        loader.save().unwrap();
        fs::write(dir.path().join("b.jsonl"), &bad).unwrap();
        let told = crate::dataset::load(dir.path()).unwrap_err();
        assert!(told.0.iter().all(|fault| fault.line > 0), "{told}");
        assert_eq!(loader.load(dir.path(), Timestamp::now()).unwrap_err(), told);
        assert_eq!(Loader::new(Some(cache.path())).load(dir.path(), Timestamp::now()).unwrap_err(), told);
        fs::write(dir.path().join("b.jsonl"), &good).unwrap();
        assert_eq!(loader.load(dir.path(), Timestamp::now()).unwrap().records().len(), 3);
    }
}

#[test]
fn a_file_that_was_left_alone_is_known_by_its_stamp() {
    let dir = folder(&line("a", "A"));
    let path = dir.path().join("b.jsonl");
    let found =
        || Survey::of(dir.path(), &Progress::default()).files.into_iter().find(|file| file.path == path).unwrap();
    let root = fs::canonicalize(dir.path()).unwrap();
    let read = |before: Option<&Part>, now| Part::read(&found(), &root, before, now, &Progress::default()).unwrap();
    let stamp = found().stamp;
    let now = Timestamp::now();
    let later = now.checked_add(jiff::Span::new().seconds(4)).unwrap();
    assert!(!stamp.is_settled(now) && stamp.is_settled(later));
    let before = read(None, later);
    // What stands there is taken as read: the text is not looked at again.
    let other = Part { hash: [1; 32], rows: Vec::new(), ..before.clone() };
    assert_eq!(read(Some(&other), later).rows.len(), 0);
    let unsettled = Part { settled: false, ..other };
    assert_eq!(read(Some(&unsettled), later).rows.len(), 1);
    fs::write(&path, [line("a", "A"), line("b", "B")].concat()).unwrap();
    assert_eq!(read(Some(&before), later).rows.len(), 2);
}
