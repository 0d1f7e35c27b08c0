//! What people type, pipe and paste: other libraries' words, other encodings, other ways to name a file.

use std::io::Write as _;
use std::process::Stdio;

use crate::tool::{Place, Ran, TINY, json_lines, program};

/// Runs with a text on the standard input.
fn piped(place: &Place, arguments: &[&str], input: &[u8]) -> Ran {
    let mut command = place.command(program(), arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    Ran::of(child.wait_with_output().unwrap())
}

fn refused(place: &Place, arguments: &[&str], expected: &[&str]) -> Ran {
    let ran = place.run(arguments);
    assert_eq!((ran.status, ran.stdout.as_str()), (Some(2), ""), "{ran:#?}");
    for text in expected {
        assert!(ran.stderr.contains(text), "expected: {text}\n{}", ran.stderr);
    }
    assert!(!place.path("store.db").exists(), "{arguments:?}");
    ran
}

fn table(place: &Place) {
    let rows: String = (0..40).map(|i| format!("{i},{},{}\n", i % 7, ["cat", "dog"][i % 2])).collect();
    place.write("rows.csv", format!("a,b,y\n{rows}"));
}

#[test]
fn a_recipe_comes_from_the_standard_input_or_a_pipe() {
    let place = Place::new();
    table(&place);
    let set = "data.source={ csv = \"rows.csv\" }";
    let whole = place.run(&["run", "tiny.toml", "--set", set, "--json", "--store", "file.db"]).is_good().results();
    // The path in the text is relative to the working folder, not to that of a descriptor.
    let text = TINY.replace("\"digits\"", "{ csv = \"rows.csv\" }");
    for (i, name) in ["-", "/dev/stdin", "/dev/fd/0"].iter().enumerate() {
        if cfg!(windows) && *name != "-" {
            continue;
        }
        let ran = piped(&place, &["run", name, "--json", "--store", &format!("{i}.db")], text.as_bytes()).is_good();
        assert_eq!(ran.results(), whole, "{name}");
    }
    let ran = piped(&place, &["run", "-"], b"[data]\nsource = \"digits\"\ncolour = 1\n");
    assert_eq!(ran.status, Some(2));
    assert!(ran.stderr.contains("<stdin>, line 3: data.colour"), "{}", ran.stderr);
    assert!(!place.path("store.db").exists());
}

#[test]
#[cfg(unix)]
fn a_fifo_and_a_process_substitution_are_read_once() {
    let place = Place::new();
    for script in [
        "mkfifo pipe && (cat tiny.toml > pipe &) && exec \"$0\" run pipe --json",
        "exec \"$0\" run <(cat tiny.toml) --json --store other.db",
        "exec \"$0\" run /dev/stdin --json --store third.db < tiny.toml",
    ] {
        let ran = place.command("bash".as_ref(), &["-c", script, program().to_str().unwrap()]).output().unwrap();
        assert_eq!(Ran::of(ran).is_good().events("finished").len(), 3, "{script}");
    }
}

#[test]
fn recipes_in_other_encodings_are_read_or_refused_at_their_byte() {
    let place = Place::new();
    let wrong = TINY.replace("epochs = 6", "epochs = 0");
    let utf16 = |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        ["\u{feff}", &wrong].concat().encode_utf16().flat_map(bytes).collect()
    };
    place.write("marked.toml", ["\u{feff}", &wrong].concat());
    place.write("little.toml", utf16(u16::to_le_bytes));
    place.write("big.toml", utf16(u16::to_be_bytes));
    for file in ["marked.toml", "little.toml", "big.toml"] {
        refused(&place, &["run", file], &[&format!("{file}, line 10: training.epochs: 0 is not allowed")]);
    }
    place.write("latin.toml", b"title = \"x\"\n# caf\xe9\n");
    refused(&place, &["run", "latin.toml"], &["latin.toml, line 2", "byte 6 ", "0xe9", "UTF-8"]);
    place.write("windows.toml", TINY.replace("\"digits\"", "{ csv = \"C:\\Users\\ann\\rows.csv\" }"));
    refused(&place, &["run", "windows.toml"], &["windows.toml, line 3", "a backslash is doubled", "'…'"]);
    let set = "data.source={ csv = \"C:\\Users\\ann\\rows.csv\" }";
    refused(&place, &["run", "tiny.toml", "--set", set], &["a backslash is doubled"]);
}

#[test]
fn words_of_other_libraries_lead_to_the_field() {
    let place = Place::new();
    let cases = [
        ("distill.T=4", "`distill.temperature`"),
        ("distill.tau=2", "`distill.temperature`"),
        ("temprature=2", "`distill.temperature`"),
        ("distil.temperature=2", "`distill`"),
        ("learning_rate=1", "`training.learning_rate`"),
        ("training.lr=1", "`training.learning_rate`"),
        ("teacher.lr=1", "`teacher.learning_rate`"),
        ("training.batch_size=1", "`training.batch`"),
        ("training.num_epochs=1", "`training.epochs`"),
        ("training.optimizer=sgd", "`training.optimiser`"),
        ("distill.kd_ratio=1", "`distill.soft_weight`"),
        ("distill.ce_weight=1", "`distill.hard_weight`"),
        ("training.patience=3", "`training.keep = \"best\"`"),
        ("training.early_stopping=true", "`training.keep = \"best\"`"),
        ("training.device=cuda", "`stillroom devices`"),
        ("training.optimiser=adam", "Adam is \"adamw\" with weight_decay = 0"),
        ("student.hidden=[8]", "`student.model = { mlp = [64, 64] }`"),
        ("data.val_split=0.1", "`data.validation`"),
        ("data.random_state=1", "`data.seed`"),
        ("data.normalize=true", "inputs are scaled by the program"),
    ];
    for (set, expected) in cases {
        refused(&place, &["run", "tiny.toml", "--set", set], &[expected]);
    }
    refused(
        &place,
        &["run", "tiny.toml", "--set", "distill.alpha=1"],
        &["`distill.soft_weight`", "`distill.hard_weight`"],
    );
    for far in ["training.verbose=1", "training.num_workers=2", "distill.foo=1"] {
        let ran = refused(&place, &["run", "tiny.toml", "--set", far], &["there is no such key"]);
        assert!(!ran.stderr.contains("nearest") && !ran.stderr.contains("here it is"), "{}", ran.stderr);
    }
    refused(&place, &["run", "tiny.toml", "--temperature", "8"], &["`--set distill.temperature=8`"]);
    refused(&place, &["run", "tiny.toml", "--lr=0.1"], &["`--set training.learning_rate=0.1`"]);
    let ran = refused(&place, &["run", "tiny.toml", "--alpha", "0.5", "--json"], &["distill.hard_weight=0.5"]);
    assert_eq!(json_lines(&ran.stderr).len(), 1);
}

#[test]
fn soften_takes_what_is_pasted() {
    let place = Place::new();
    let plain = place.run(&["soften", "5,2,0.5", "--json"]).is_good().stdout;
    for pasted in ["[5, 2, 0.5]", "5 2 0.5", "(5; 2; 0.5)", " [5 2\n 0.5] "] {
        assert_eq!(place.run(&["soften", pasted, "--json"]).is_good().stdout, plain, "{pasted}");
    }
    for wrong in ["[5, 2", "5,,2", "", "[[5], [2]]"] {
        refused(&place, &["soften", wrong], &["LOGITS"]);
    }
}

#[test]
fn what_a_terminal_would_obey_is_written_out() {
    let place = Place::new();
    let evil = "a\u{1b}[2J\u{7}\u{9b}\u{202e}b";
    for arguments in [
        &["run", evil][..],
        &["run", "tiny.toml", evil],
        &["run", "tiny.toml", "--set", evil],
        &["run", "tiny.toml", "--store", evil, "--out", "tiny.toml"],
        &["predict", evil, "--data", evil, "--out", "p.csv"],
        &["soften", evil],
        &["run", "--resume", evil],
    ] {
        let ran = refused(&place, arguments, &[]);
        assert!(!ran.stderr.chars().any(|c| c != '\n' && (c.is_control() || c == '\u{202e}')), "{ran:?}");
    }
    refused(&place, &["run", evil], &["a\\x1b[2J\\x07\\x9b\\u{202e}b: the recipe cannot be read"]);
    // A title that is shown with the results.
    place.write("evil.toml", TINY.replace("\"Tiny\"", "\"a\\u001b[2J\\nb\""));
    let ran = place.run(&["run", "evil.toml"]).is_good();
    let listed = place.run(&["runs"]).is_good();
    for text in [&ran.stderr, &listed.stdout] {
        assert!(text.contains("a\\x1b[2J\\nb") && !text.contains('\u{1b}'), "{text}");
    }
    // What is remarked of data names their columns.
    let rows: String = (0..30).map(|i| format!("{},{},{}\n", 1000 + 8 * i, i % 7, i % 2)).collect();
    place.write("evil.csv", format!("{evil},a,class\n{rows}"));
    for arguments in [&["look", "evil.csv"][..], &["look", "evil.csv", "--json"]] {
        let said = place.run(arguments).is_good().stderr;
        assert!(!said.chars().any(|c| c != '\n' && (c.is_control() || c == '\u{202e}')), "{said:?}");
        assert!(arguments.len() > 2 || said.contains("a\\x1b[2J\\x07\\x9b"), "{said:?}");
    }
}

#[test]
fn one_fault_is_one_line_and_one_object() {
    let place = Place::new();
    place.write("ragged.csv", "a,y\n1,yes\n1,2,no\n\"x\n; allowed\",no\n");
    let arguments = ["run", "tiny.toml", "--json", "--set", "data.source={ csv = \"ragged.csv\" }"];
    let messages = json_lines(&refused(&place, &arguments, &[]).stderr);
    assert!(messages.len() >= 2, "{messages:#?}");
    for message in messages {
        let text = message["message"].as_str().unwrap();
        assert!(text.contains("ragged.csv") && !text.contains('\n'), "{text}");
    }
    let name = "no\nsuch\nfile.csv";
    let set = format!("data.source={{ csv = '''{name}''' }}");
    let ran = refused(&place, &["run", "tiny.toml", "--set", &set], &["no\\nsuch\\nfile.csv"]);
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
}

#[test]
fn nothing_to_learn_from_is_a_conflict_of_each_cell() {
    let place = Place::new();
    let sets = |values: &[&str]| -> Vec<String> {
        values.iter().flat_map(|set| ["--set".to_owned(), (*set).to_owned()]).collect()
    };
    let run = |values: &[&str], expected: &[&str]| {
        let sets = sets(values);
        let arguments: Vec<&str> = ["run", "tiny.toml"].into_iter().chain(sets.iter().map(String::as_str)).collect();
        refused(&place, &arguments, expected)
    };
    let problem = "labelled = 0 leaves no labels and soft_weight = 0 no teacher";
    run(&["data.labelled=0", "distill.soft_weight=0"], &[problem]);
    run(&["data.labelled=0.0", "distill.soft_weight=0", "data.label_noise=0.5"], &[problem]);
    run(&["data.labelled=[1, 0]", "distill.soft_weight=[0.5, 0]"], &[problem]);
    run(&["distill.soft_weight=[1, 0]", "distill.hard_weight=[1, 0]"], &["soft_weight and hard_weight are both 0"]);
    // Values that move together never meet.
    let paired = sets(&[
        "data.labelled=[0, 1]",
        "distill.soft_weight=[0.5, 0]",
        "zip=[[\"data.labelled\", \"distill.soft_weight\"]]",
    ]);
    let arguments: Vec<&str> = ["run", "tiny.toml"].into_iter().chain(paired.iter().map(String::as_str)).collect();
    place.run(&arguments).is_good();
}

#[test]
#[cfg(unix)]
fn a_tilde_is_the_home_folder() {
    let place = Place::new();
    place.write("home/tiny.toml", TINY);
    let run = |arguments: &[&str]| {
        Ran::of(place.command(program(), arguments).env("HOME", place.path("home")).output().unwrap())
    };
    run(&["run", "~/tiny.toml", "--store", "~/deep/runs.db", "--out", "~/out", "--json"]).is_good();
    assert!(place.path("home/deep/runs.db").exists() && place.path("home/out/student.safetensors").exists());
    assert_eq!(run(&["runs", "--store", "~/deep/runs.db", "--json"]).is_good().lines().len(), 3);
    table(&place);
    std::fs::rename(place.path("rows.csv"), place.path("home/rows.csv")).unwrap();
    let set = "data.source={ csv = \"rows.csv\" }";
    place
        .run(&["run", "tiny.toml", "--set", set.replace("rows", "home/rows").as_str(), "--out", "csv", "--json"])
        .is_good();
    let logits = ["--logits", "~/l.npy"];
    let predict = ["predict", "csv/student.safetensors", "--data", "~/rows.csv", "--out", "~/p.csv"];
    run(&[&predict[..], &logits].concat()).is_good();
    assert!(place.path("home/p.csv").exists() && place.path("home/l.npy").exists());
    run(&["look", "~/rows.csv"]).is_good();
    let ran = run(&["run", "tiny.toml", "--store", "~ann/runs.db"]);
    assert_eq!(ran.status, Some(2));
    assert!(ran.stderr.contains("--store ~ann/runs.db: only `~`"), "{}", ran.stderr);
}
