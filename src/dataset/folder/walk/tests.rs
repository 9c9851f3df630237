use std::os::unix::{fs::symlink, net::UnixListener};

use super::*;

/// A folder with these files.
fn folder(files: &[&str]) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    for file in files {
        let path = home.path().join("data").join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "a = 1").unwrap();
    }
    home
}

fn survey(home: &tempfile::TempDir) -> Survey {
    Survey::of(&home.path().join("data"), &Progress::default())
}

/// The names of the files of the dataset, from the folder.
fn names(home: &tempfile::TempDir) -> Vec<String> {
    let survey = survey(home);
    assert_eq!(survey.faults, []);
    let data = home.path().join("data");
    survey.files.iter().map(|file| file.path.strip_prefix(&data).unwrap().display().to_string()).collect()
}

#[test]
fn endings_count_in_any_case_and_what_only_looks_like_one_is_named() {
    let home = folder(&["a.TOML", "b/c.JsonL", "d.toml.txt", "b/e.json", ".f.toml", "..data/g.toml", "README.md"]);
    assert_eq!(names(&home), ["a.TOML", "b/c.JsonL"]);
    let unread: Vec<String> =
        survey(&home).unread.iter().map(|unread| unread.path.file_name().unwrap().display().to_string()).collect();
    assert_eq!(unread, ["e.json", "d.toml.txt"]);
}

#[test]
fn a_file_counts_once_whatever_leads_to_it() {
    let home = folder(&["z/a.toml", "b.jsonl"]);
    let data = home.path().join("data");
    for (target, link) in [
        (".", "a-loop"),
        (".", "another"),
        ("../data", "around"),
        ("z", "a-sibling"),
        ("z/a.toml", "a.toml"),
        ("../b.jsonl", "z/b.jsonl"),
        ("..", "z/up"),
        ("me.d", "me.d"),
    ] {
        symlink(target, data.join(link)).unwrap();
    }
    fs::hard_link(data.join("b.jsonl"), data.join("c.jsonl")).unwrap();
    let mut walked = Progress::default();
    assert_eq!(names(&home), ["b.jsonl", "z/a.toml"]);
    // Two folders and seven links: not one visit more for each way round.
    let _ = Survey::of(&data, &walked);
    assert!(walked.steps() < 20, "{}", walked.steps());
    for number in 0..100 {
        symlink(".", data.join(format!("loop-{number}"))).unwrap();
    }
    walked = Progress::default();
    let _ = Survey::of(&data, &walked);
    assert!(walked.steps() < 250, "{}", walked.steps());
}

#[test]
fn a_path_without_links_goes_before_one_with() {
    let home = folder(&["z/deep/a.toml", ".store/b"]);
    let data = home.path().join("data");
    symlink("z/deep", data.join("a")).unwrap();
    // Where there is none, the link is its name.
    symlink(".store/b", data.join("b.toml")).unwrap();
    symlink(".store/b", data.join("c.toml")).unwrap();
    assert_eq!(names(&home), ["b.toml", "z/deep/a.toml"]);
}

#[test]
fn links_that_end_elsewhere_are_refused_and_those_that_come_back_are_not() {
    let home = folder(&["a.toml"]);
    let data = home.path().join("data");
    fs::create_dir(home.path().join("far")).unwrap();
    fs::write(home.path().join("far/key"), "secret").unwrap();
    fs::write(home.path().join("data-beside.toml"), "secret").unwrap();
    for (target, link) in [
        ("../far/key", "key.jsonl"),
        ("../far", "far"),
        ("/dev/zero", "zero.toml"),
        ("../data-beside.toml", "beside.toml"),
        ("../far", ".hidden"),
        ("key.jsonl", "chain.toml"),
        ("../far/key", "LICENSE"),
    ] {
        symlink(target, data.join(link)).unwrap();
    }
    symlink(&data, home.path().join("far/back")).unwrap();
    symlink("../far/back/a.toml", data.join("back.toml")).unwrap();
    symlink(data.join("a.toml"), data.join("whole.toml")).unwrap();
    let found = survey(&home);
    let mut refused: Vec<_> = found.faults.iter().map(|fault| Path::new(&fault.file).file_name().unwrap()).collect();
    refused.sort();
    assert_eq!(refused, ["beside.toml", "chain.toml", "far", "key.jsonl", "zero.toml"]);
    assert!(found.faults.iter().all(|fault| fault.message == LEADS_OUT), "{:?}", found.faults);
    assert_eq!(found.files.len(), 1);
}

#[test]
fn swapped_links_lead_where_they_lead_now() {
    let home = folder(&["..one/a.toml", "..two/a.toml"]);
    let data = home.path().join("data");
    symlink("..data/a.toml", data.join("a.toml")).unwrap();
    let mut seen = HashSet::new();
    for version in ["..one", "..two"] {
        symlink(version, data.join("..tmp")).unwrap();
        fs::rename(data.join("..tmp"), data.join("..data")).unwrap();
        let found = survey(&home);
        assert_eq!(found.faults, []);
        assert_eq!(found.files[0].path, data.join("a.toml"));
        assert!(found.files[0].real.ends_with(Path::new(version).join("a.toml")));
        assert!(seen.insert(found.print()));
    }
    // The folder itself may be a link.
    symlink("data", home.path().join("current")).unwrap();
    let found = Survey::of(&home.path().join("current"), &Progress::default());
    assert_eq!((found.faults.len(), found.files[0].path.clone()), (0, home.path().join("current/a.toml")));
}

#[test]
fn only_files_are_files() {
    let home = folder(&["a.toml"]);
    let data = home.path().join("data");
    rustix::fs::mknodat(rustix::fs::CWD, data.join("pipe.toml"), rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0)
        .unwrap();
    let _socket = UnixListener::bind(data.join("socket.jsonl")).unwrap();
    symlink("nowhere", data.join("gone.toml")).unwrap();
    symlink("me.toml", data.join("me.toml")).unwrap();
    let mut told: Vec<String> = survey(&home).faults.into_iter().map(|fault| fault.message).collect();
    told.sort();
    assert_eq!(told.len(), 4);
    assert!(told[0].contains("a pipe") && told[1].contains("a socket"), "{told:?}");
    assert!(told[2].contains("leads nowhere") && told[3].contains("leads nowhere"), "{told:?}");
    // A folder may have any name.
    fs::create_dir(data.join("folder.toml")).unwrap();
    fs::remove_file(data.join("pipe.toml")).unwrap();
    assert_eq!(survey(&home).faults.len(), 3);
}

#[test]
fn what_is_too_deep_is_said_to_be() {
    let home = folder(&["a.toml", "1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/b.toml"]);
    assert_eq!(names(&home).len(), 2);
    fs::create_dir(home.path().join("data/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17")).unwrap();
    let found = survey(&home);
    assert!(found.faults[0].message.contains("deeper than 16"), "{:?}", found.faults);
}

#[test]
fn a_pipe_that_takes_the_place_of_a_file_is_not_waited_for() {
    let home = folder(&["a.toml"]);
    let data = home.path().join("data");
    let found = survey(&home);
    fs::remove_file(data.join("a.toml")).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, data.join("a.toml"), rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0)
        .unwrap();
    let read = || super::super::read(&found.files[0], &found.root, &Progress::default());
    assert!(read().unwrap_err().message.contains("a pipe"));
    // Nor is a link followed that does, or a folder on the way that has become one.
    fs::remove_file(data.join("a.toml")).unwrap();
    fs::write(home.path().join("a.toml"), "secret").unwrap();
    symlink("../a.toml", data.join("a.toml")).unwrap();
    assert!(read().is_err());
    fs::remove_dir_all(&data).unwrap();
    symlink(".", &data).unwrap();
    assert_eq!(read().unwrap_err().message, LEADS_OUT);
}
