//! What the commands print when all goes well.

use serde_json::{Value, json};
use stillroom::runs::{Status, Store};

use crate::tool::{Place, Ran};

/// Softened distributions are those of equation 1 in Hinton, Vinyals & Dean 2015, `q_i = exp(z_i/T) / Σ_j exp(z_j/T)`. The
/// entropies were computed from it in double precision outside this program.
#[test]
fn soften_gives_the_known_entropies() {
    let place = Place::new();
    let ran = place.run(&["soften", "5,2,0.5,-1", "--temperature", "0.5,1,2,4,10,100", "--json"]).is_good();
    let known =
        [(0.5, 0.018_620), (1.0, 0.262_905), (2.0, 0.844_113), (4.0, 1.225_016), (10.0, 1.360_500), (100.0, 1.386_047)];
    assert_eq!(ran.lines().len(), known.len());
    for (line, (temperature, entropy)) in ran.lines().iter().zip(known) {
        let keys: Vec<&String> = line.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["entropy", "probabilities", "temperature"]);
        assert_eq!(line["temperature"], json!(temperature));
        assert!((line["entropy"].as_f64().unwrap() - entropy).abs() < 1e-6, "{line}");
        let sum: f64 = line["probabilities"].as_array().unwrap().iter().map(|p| p.as_f64().unwrap()).sum();
        assert!((sum - 1.0).abs() < 1e-12, "{line}");
    }
    // exp(3/T) is the ratio of the first two.
    let ratio = |line: &Value| line["probabilities"][0].as_f64().unwrap() / line["probabilities"][1].as_f64().unwrap();
    assert!((ratio(&ran.lines()[2]) - 1.5_f64.exp()).abs() < 1e-9);
}

#[test]
fn soften_knows_the_teacher_of_the_ten_classes() {
    let place = Place::new();
    let ran = place.run(&["soften", "9,5,4,2,1,0,-1,-2,-3,-5", "-t", "1,2,4,8,20,50,100", "--json"]).is_good();
    let known = [
        (0.141, 0.974),
        (0.861, 0.774),
        (1.778, 0.436),
        (2.168, 0.239),
        (2.282, 0.146),
        (2.299, 0.117),
        (2.302, 0.108),
    ];
    assert_eq!(ran.lines().len(), known.len());
    for (line, (entropy, top)) in ran.lines().iter().zip(known) {
        assert!((line["entropy"].as_f64().unwrap() - entropy).abs() < 5e-4, "{line}");
        assert!((line["probabilities"][0].as_f64().unwrap() - top).abs() < 5e-4, "{line}");
    }
}

#[test]
fn soften_takes_a_leading_minus_as_a_number() {
    let place = Place::new();
    for arguments in [["soften", "-1,2", "--json"], ["soften", "--json", "-1,2"]] {
        let ran = place.run(&arguments).is_good();
        assert_eq!(ran.lines().len(), 4, "1, 2, 4 and 8 unless asked");
        assert!((ran.lines()[0]["probabilities"][1].as_f64().unwrap() - 1.0 / (1.0 + (-3_f64).exp())).abs() < 1e-9);
    }
    let table = place.run(&["soften", "-1,2", "--temperature", "4"]).is_good().stdout;
    assert_eq!(table, "T      z=-1       z=2   entropy\n4  0.320821  0.679179  0.627487\n");
}

#[test]
fn a_sweep_ends_with_a_verdict_and_one_look_at_the_test_rows() {
    let place = Place::new();
    let sweep =
        ["run", "tiny.toml", "--json", "--set", "distill.temperature=[1, 4]", "--set", "training.seed=[0, 1, 2]"];
    let ran = place.run(&sweep).is_good();
    let runs = ran.events("started");
    let of = |role: &str| runs.iter().filter(|line| line["role"] == role).count();
    assert_eq!((of("teacher"), of("student"), of("baseline")), (1, 6, 3));
    let finished = ran.events("finished");
    assert!(finished.iter().filter(|line| line["role"] != "teacher").all(|line| line["test"]["errors"].is_null()));
    // The chosen cell and its baseline, each over three seeds.
    assert_eq!(ran.events("tested").len(), 6);
    let lines = ran.lines();
    let verdict = lines.last().unwrap();
    assert_eq!(
        (&verdict["event"], &verdict["compared"], &verdict["left_out"]),
        (&json!("verdict"), &json!(2), &json!(0))
    );
    assert!(["BEATS", "NO", "INCONCLUSIVE"].contains(&verdict["verdict"].as_str().unwrap()), "{verdict}");
    let best = verdict["groups"].as_array().unwrap().iter().find(|group| group["cell"] == verdict["student"]).unwrap();
    let tested: Vec<&Value> = lines.iter().filter(|line| line["event"] == "tested").map(|line| &line["run"]).collect();
    assert!(best["runs"].as_array().unwrap().iter().all(|run| tested.contains(&run)));
    // Asked for, every run is tested, and that makes the result doubtful.
    let all = place.run(&[&sweep[..], &["--test-all"]].concat()).is_good();
    assert!(all.events("finished").iter().all(|line| line["test"]["errors"].is_u64()));
    assert_eq!(all.lines().last().unwrap()["doubts"], json!(["test-looked-at-again"]));
    let words: Vec<&str> = sweep.into_iter().filter(|word| *word != "--json").collect();
    let people = place.run(&words).is_good().stdout;
    assert!(people.contains("T 4 · 0.9/0.1") && people.contains("of 2 cells"), "{people}");
    let sentence = all.lines().last().unwrap()["sentence"].as_str().unwrap().to_owned();
    assert!(people.contains(&sentence), "the same sentence for people and programs: {sentence}");
}

#[test]
fn an_interval_counts_rows_and_seeds_where_the_rows_are_stored() {
    let place = Place::new();
    let ran = place.run(&["run", "tiny.toml", "--json", "--set", "training.seed=[0, 1, 2, 3]"]).is_good();
    let verdict = ran.events("verdict").remove(0);
    assert_eq!(verdict["counted"], json!("rows-and-seeds"), "{verdict}");
    assert_eq!(verdict["groups"][0]["counted"], json!("rows-and-seeds"), "{verdict}");
    assert!(!verdict["sentence"].as_str().unwrap().contains("seeds only"), "{verdict}");
    // It is the same of the store.
    let again = |arguments: &[&str]| place.run(&[&["run", "--resume", "j-0001"], arguments].concat()).is_good();
    assert_eq!(again(&["--json"]).events("verdict")[0], verdict);
    // A store of an older version does not have the answers.
    let store = rusqlite::Connection::open(place.path("store.db")).unwrap();
    store.execute("DELETE FROM answers", []).unwrap();
    drop(store);
    let old = again(&["--json"]).events("verdict").remove(0);
    assert_eq!(old["difference"], verdict["difference"]);
    // Seeds that all differ by the same amount leave no interval.
    let is_told = |said: &Value| said["counted"] == "seeds-only" || said["interval"].is_null();
    assert!(is_told(&old) && is_told(&old["groups"][0]), "{old}");
    let has_interval = !old["interval"].is_null();
    assert_eq!(old["sentence"].as_str().unwrap().contains("(seeds only)"), has_interval, "{old}");
    let table = again(&[]).stdout;
    assert!(old["groups"][0]["interval"].is_null() || table.contains(", seeds only"), "{table}");
}

#[test]
fn what_failed_in_a_sweep_is_trained_anew_and_nothing_else() {
    let place = Place::new();
    let wild = "training.learning_rate=[0.001, 1e30]";
    let first = place.run(&["run", "tiny.toml", "--json", "--set", wild]).is_good();
    let lost = |ran: &Ran| -> Vec<Value> {
        let lines = ran.events("finished").into_iter().filter(|line| line["diverged"] == true);
        lines.map(|line| line["run"].clone()).collect()
    };
    let failed = lost(&first);
    assert_eq!(failed.len(), 2, "the student and the baseline of the second cell");
    let over = place.run(&["run", "--resume", "j-0001", "--json"]).is_good();
    assert_eq!(lost(&over), failed);
    assert!(over.events("epoch").is_empty());
    let again = place.run(&["run", "--resume", "j-0001", "--retry-failed", "--json"]).is_good();
    // The same recipe comes to the same end; who was done is told of and not trained.
    assert_eq!(lost(&again), failed);
    let trained: Vec<Value> = again.events("epoch").into_iter().map(|line| line["run"].clone()).collect();
    assert!(trained.iter().all(|run| failed.contains(run)), "{trained:?}");
    assert_eq!(again.events("finished").len(), first.events("finished").len());
}

#[test]
fn a_run_tells_its_story_in_order() {
    let place = Place::new();
    let ran = place.run(&["run", "tiny.toml", "--json", "--out", "new/results"]).is_good();
    assert_eq!(ran.stderr, "");
    let lines = ran.lines();
    let story: Vec<String> = lines.iter().map(|line| line["event"].as_str().unwrap().to_owned()).collect();
    let expected: Vec<&str> = [
        vec!["started"; 3],
        vec!["epoch"; 4],
        vec!["finished"],
        vec!["epoch"; 12],
        vec!["finished"; 2],
        vec!["verdict"],
    ]
    .concat();
    assert_eq!(story, expected);
    let roles = ["teacher", "student", "baseline"];
    for (line, role) in ran.events("started").iter().zip(roles) {
        assert_eq!((&line["role"], &line["device"]), (&json!(role), &json!("cpu")));
        assert_eq!(line["recipe"]["training"]["epochs"], 6, "the recipe is resolved");
        assert_eq!(line["recipe"]["distill"]["temperature"], 4.0);
    }
    let run_of = |role: &str| ran.finished(role)["run"].clone();
    for role in roles {
        let started = ran.events("started").into_iter().find(|line| line["role"] == role).unwrap();
        assert_eq!(started["run"], run_of(role));
        let epochs: Vec<Value> = ran.events("epoch").into_iter().filter(|line| line["run"] == run_of(role)).collect();
        for (i, epoch) in epochs.iter().enumerate() {
            // 1,258 of 1,797 rows are for training: ten batches of 128.
            assert_eq!((&epoch["epoch"], &epoch["step"]), (&json!(i + 1), &json!(10 * (i + 1))));
            let (loss, validation) = (&epoch["loss"], &epoch["validation"]);
            assert!(loss["hard"].is_f64() && loss["total"].is_f64() && validation["ece"].is_f64());
            assert_eq!(loss["soft"].is_f64(), role == "student");
            assert_eq!(validation["agreement"].is_f64() && validation["kl"].is_f64(), role != "teacher");
            if role == "student" {
                let parts = 0.9 * 16.0 * loss["soft"].as_f64().unwrap() + 0.1 * loss["hard"].as_f64().unwrap();
                assert!((parts / loss["total"].as_f64().unwrap() - 1.0).abs() < 1e-5, "{epoch}");
            }
        }
        let finished = ran.finished(role);
        let student = role == "student";
        assert_eq!(finished["temperature"], if student { json!(4.0) } else { Value::Null });
        assert_eq!(finished["soft_weight"], if student { json!(0.9) } else { Value::Null });
        assert_eq!(finished["hard_weight"], if student { json!(0.1) } else { json!(1.0) });
        assert_eq!(finished.get("loaded"), None);
        assert_eq!(finished["validation"]["errors"], epochs.last().unwrap()["validation"]["errors"]);
        let test = &finished["test"];
        let (examples, errors) = (test["examples"].as_u64().unwrap(), test["errors"].as_u64().unwrap());
        assert_eq!(examples, 359);
        assert!((test["accuracy"].as_f64().unwrap() - (1.0 - errors as f64 / 359.0)).abs() < 1e-12);
        let by_class: u64 = test["errors_by_class"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).sum();
        assert_eq!(by_class, errors);
        let checkpoint = format!("new/results/{role}.safetensors");
        assert_eq!(finished["checkpoint"], json!(checkpoint));
        assert!(place.path(&checkpoint).is_file());

        let ran = place.run(&["predict", &checkpoint, "--data", "digits", "--out", "p.csv", "--json"]).is_good();
        assert_eq!(ran.lines(), [json!({ "examples": 359, "errors": errors, "accuracy": test["accuracy"] })]);
    }
    assert_eq!(ran.finished("teacher")["steps"], 40);
    assert_eq!(ran.finished("student")["steps"], 60);
}

#[test]
fn the_same_recipe_gives_the_same_numbers() {
    let place = Place::new();
    let epochs = || {
        let ran = place.run(&["run", "tiny.toml", "--json"]).is_good();
        let mut epochs = ran.events("epoch");
        for epoch in &mut epochs {
            epoch.as_object_mut().unwrap().retain(|key, _| key != "job" && key != "run");
        }
        (epochs, ran.results())
    };
    assert_eq!(epochs(), epochs());
    let stored: Vec<_> = place.store().runs(false).unwrap();
    assert_eq!(stored.len(), 6);
    assert_eq!(stored[0].checkpoint, stored[3].checkpoint, "equal weights have an equal address");
}

#[test]
fn a_teacher_is_trained_alone_and_then_loaded() {
    let place = Place::new();
    let teacher = "[data]\nsource = \"digits\"\n[teacher]\nmodel = { mlp = [24] }\n[training]\nepochs = 4\nlearning_rate = 1e-2\n";
    place.write("teacher.toml", teacher);
    let ran = place.run(&["run", "teacher.toml", "--json", "--out", "."]).is_good();
    assert_eq!(ran.events("started").len(), 1);
    let trained = ran.finished("teacher");

    let set = ["--set", "teacher={ checkpoint = \"teacher.safetensors\" }"];
    let ran = place.run(&[&["run", "tiny.toml", "--json"], set.as_slice()].concat()).is_good();
    let loaded = ran.finished("teacher");
    assert_eq!(loaded["loaded"], true);
    assert_eq!(loaded["test"], trained["test"]);
    assert_eq!(loaded["checkpoint"], Value::Null);
    assert_eq!(ran.events("epoch").len(), 12);

    // A path in a recipe is kept such that it can be resumed from anywhere.
    let recipe = &ran.events("started")[0]["recipe"];
    assert_eq!(recipe["teacher"]["checkpoint"], json!(place.path("teacher.safetensors")));
}

#[test]
fn students_of_several_files_can_be_used_like_any_other() {
    let place = Place::new();
    let teacher = "[data]\nsource = \"digits\"\n[teacher]\nmodel = { mlp = [24] }\nepochs = 3\n";
    place.write("teacher.toml", teacher);
    // Files of one name: of a path, a model keeps no more than that.
    for (seed, folder) in [("0", "a"), ("1", "b")] {
        let seed = format!("teacher.seed={seed}");
        place.run(&["run", "teacher.toml", "--set", &seed, "--out", folder]).is_good();
    }
    let files = "teacher={ ensemble = [\"a/teacher.safetensors\", \"b/teacher.safetensors\"] }";
    place.run(&["run", "tiny.toml", "--set", files, "--out", "c", "--json"]).is_good();
    place.run(&["predict", "c/student.safetensors", "--data", "digits", "--out", "p.csv"]).is_good();
    // A sweep reads its best models again for the test rows.
    let ran = place.run(&["run", "tiny.toml", "--set", files, "--set", "training.seed=[0, 1]", "--json"]).is_good();
    assert_eq!(ran.events("verdict").len(), 1);
    let twice = "teacher={ ensemble = [\"a/teacher.safetensors\", \"a/teacher.safetensors\"] }";
    let ran = place.run(&["run", "tiny.toml", "--set", twice]);
    assert!(ran.status == Some(2) && ran.stderr.contains("teacher.ensemble.2: this model is in the ensemble already"));
    let gone = "teacher={ ensemble = [\"a/teacher.safetensors\", \"gone.safetensors\"] }";
    let ran = place.run(&["run", "tiny.toml", "--set", gone]);
    assert!(ran.status == Some(2) && ran.stderr.contains("teacher.ensemble.2: "), "{}", ran.stderr);
}

#[test]
fn every_method_of_a_sweep_is_asked_for_what_it_needs() {
    let place = Place::new();
    for methods in ["[\"soft-targets\", \"hints\"]", "[\"hints\", \"soft-targets\"]"] {
        let method = format!("distill.method={methods}");
        let ran = place.run(&["run", "tiny.toml", "--set", &method, "--set", "distill.teacher_layer=9"]);
        assert!(ran.status == Some(2) && ran.stderr.contains("distill.teacher_layer: "), "{}", ran.stderr);
    }
    for methods in ["[\"soft-targets\", \"dkd\"]", "[\"dkd\", \"soft-targets\"]"] {
        let set = [&format!("distill.method={methods}"), "data.labelled=0.1"];
        let ran = place.run(&["run", "tiny.toml", "--set", set[0], "--set", set[1]]).is_good();
        assert!(ran.stderr.contains("rows teach nothing"), "{}", ran.stderr);
    }
    // An MLP looks nowhere, whichever of the two it is.
    for (student, whose) in [("{ cnn = [4] }", "teacher"), ("{ mlp = [8] }", "student")] {
        let model = format!("student.model={student}");
        let ran = place.run(&["run", "tiny.toml", "--set", "distill.method=attention", "--set", &model]);
        assert_eq!(ran.status, Some(2), "{}", ran.stderr);
        let expected = format!("distill.method: attention compares the maps of convolutions, and the {whose} has none");
        assert!(ran.stderr.contains(&expected), "{}", ran.stderr);
    }
    assert_eq!(place.store().jobs(true).unwrap().len(), 2);
}

#[test]
fn several_teachers_are_trained_without_a_student() {
    let place = Place::new();
    let list = "ensemble = [{ mlp = [24] }, { mlp = [8] }]";
    for (teacher, models) in [("model = { mlp = [8] }\nmembers = 3", 3), (list, 2)] {
        place.write("teachers.toml", format!("[data]\nsource = \"digits\"\n[teacher]\n{teacher}\nepochs = 3\n"));
        let ran = place.run(&["run", "teachers.toml", "--json"]).is_good();
        let finished = ran.events("finished");
        assert_eq!(finished.len(), models + 1);
        // What is said of them is said of their mean.
        let together = finished.iter().find(|run| run["loaded"] == true).unwrap();
        let (errors, of) = (&together["test"]["errors"], &together["test"]["examples"]);
        assert!(finished.iter().any(|run| run["test"]["errors"] != *errors));
        let sentence = format!("The teacher makes {errors} errors on {of} test rows.");
        assert_eq!(ran.events("verdict")[0]["sentence"], json!(sentence));
    }
}

#[test]
fn overrides_replace_whole_values() {
    let place = Place::new();
    let set =
        ["--set", "student.model={ mlp = [] }", "--set", "distill.temperature=2", "--set", "training.baseline=false"];
    let ran = place.run(&[&["run", "tiny.toml", "--json"], set.as_slice()].concat()).is_good();
    assert_eq!(ran.finished("student")["temperature"], 2.0);
    assert_eq!(ran.finished("student")["parameters"], 650, "64 · 10 weights and 10 biases");
    assert_eq!(ran.events("finished").len(), 2);
}

#[test]
fn a_loss_that_is_no_number_is_null_and_said_to_be() {
    let place = Place::new();
    let set = [
        "--set",
        "training.learning_rate=1e30",
        "--set",
        "teacher={ model = { mlp = [4] }, epochs = 1, learning_rate = 1e-3 }",
    ];
    let ran = place.run(&[&["run", "tiny.toml", "--json"], set.as_slice()].concat());
    assert_eq!(ran.status, Some(1), "{ran:#?}");
    for role in ["student", "baseline"] {
        let finished = ran.finished(role);
        assert_eq!(finished["diverged"], true);
        assert_eq!((&finished["test"]["errors"], &finished["test"]["kl"]), (&Value::Null, &Value::Null));
        assert_eq!(finished["checkpoint"], Value::Null);
    }
    assert!(ran.stderr.contains("lower the learning rate"), "{}", ran.stderr);
}

#[test]
fn predictions_are_a_table_of_probabilities() {
    let place = Place::new();
    place.run(&["run", "tiny.toml", "--json", "--out", "."]).is_good();
    let predict = |more: &[&str]| {
        let arguments =
            [&["predict", "student.safetensors", "--data", "digits", "--out", "p.csv", "--json"], more].concat();
        let line = place.run(&arguments).is_good().lines().remove(0);
        let mut reader = csv::Reader::from_path(place.path("p.csv")).unwrap();
        let head: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        assert_eq!(head, ["id", "label", "predicted", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
        let rows: Vec<Vec<f64>> =
            reader.records().map(|row| row.unwrap().iter().map(|field| field.parse().unwrap()).collect()).collect();
        assert_eq!(line["examples"], rows.len());
        let errors = rows.iter().filter(|row| row[1].to_bits() != row[2].to_bits()).count();
        assert_eq!(line["errors"], errors);
        rows
    };
    let (plain, soft) = (predict(&[]), predict(&["--temperature", "4"]));
    assert_eq!(plain.len(), 359);
    for (plain, soft) in plain.iter().zip(&soft) {
        assert_eq!(plain[..3], soft[..3], "T moves no prediction");
        for row in [plain, soft] {
            assert!((row[3..].iter().sum::<f64>() - 1.0).abs() < 1e-9);
        }
        let top = |row: &[f64]| row[3..].iter().copied().fold(0.0, f64::max);
        assert!(top(soft) < top(plain));
        assert!((top(plain) - plain[3 + plain[2] as usize]).abs() < 1e-15, "the predicted class is the likeliest");
    }
    let mut ids: Vec<f64> = [predict(&["--split", "train"]), predict(&["--split", "validation"]), plain]
        .concat()
        .into_iter()
        .map(|row| row[0])
        .collect();
    ids.sort_by(f64::total_cmp);
    assert_eq!(ids, (0..1797).map(f64::from).collect::<Vec<_>>());
    assert_eq!(predict(&["--split", "all"]).len(), 1797);
    // What a model has learnt says little about it.
    let ran = place
        .run(&["predict", "student.safetensors", "--data", "digits", "--split", "all", "--out", "p.csv"])
        .is_good();
    assert!(ran.stderr.starts_with("warning: the model was trained on 12"), "{}", ran.stderr);
}

#[test]
fn predict_finds_out_what_its_data_is() {
    let place = Place::new();
    let rows: String = (0..40).map(|i| format!("{}.5,{},{}\n", i % 7, (i * i) % 11, ["yes", "no"][i % 2])).collect();
    place.write("data/table.csv", format!("a,b,answer\n{rows}"));
    let recipe = "[data]\nsource = { csv = \"data/table.csv\", label = \"answer\" }\n[teacher]\nmodel = { mlp = [4] }\n[training]\nepochs = 2\n";
    place.write("table.toml", recipe);
    let ran = place.run(&["run", "table.toml", "--json", "--out", "."]).is_good();
    let errors = &ran.finished("teacher")["test"]["errors"];
    for source in ["data/table.csv", "{ csv = \"data/table.csv\", label = \"answer\" }"] {
        let ran =
            place.run(&["predict", "teacher.safetensors", "--data", source, "--out", "p.csv", "--json"]).is_good();
        assert_eq!(ran.lines()[0]["errors"], *errors, "{source}");
    }
    let head = std::fs::read_to_string(place.path("p.csv")).unwrap();
    assert!(head.starts_with("id,label,predicted,no,yes\n"), "{head}");
}

#[test]
fn a_model_of_pictures_reads_tables_of_pixels() {
    let place = Place::new();
    let row = |i: usize| -> String { (0..784).map(|at| format!(",{}", (at * 7 + i * 31) % 256)).collect() };
    let head: String = (0..784).map(|at| format!(",pixel{at}")).collect();
    let rows =
        |label: &dyn Fn(usize) -> String| (0..20).map(|i| format!("{}{}\n", label(i), row(i))).collect::<String>();
    place.write("labelled.csv", format!("label{head}\n{}", rows(&|i| (i % 10).to_string())));
    let bare = format!("{}\n{}", &head[1..], (0..20).map(|i| format!("{}\n", &row(i)[1..])).collect::<String>());
    place.write("bare.csv", bare);
    let predict = |data: &str| {
        let more = ["--split", "all", "--out", "p.csv", "--json"];
        place.run(&[&["predict", "builtin:mnist-mini", "--data", data][..], &more].concat()).is_good();
        let text = std::fs::read_to_string(place.path("p.csv")).unwrap();
        text.lines().skip(1).map(|line| line.splitn(3, ',').nth(2).unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(predict("labelled.csv"), predict("bare.csv"), "the class is no pixel");
    assert_eq!(predict("bare.csv").len(), 20);
}

#[test]
fn runs_are_listed_with_their_results() {
    let place = Place::new();
    let none = place.run(&["runs", "--json"]).is_good();
    assert_eq!(none.stdout, "");
    assert!(!place.path("store.db").exists(), "looking makes no store");
    let ran = place.run(&["run", "tiny.toml", "--json"]).is_good();
    let listed = place.run(&["runs", "--json"]).is_good().lines();
    assert_eq!(listed.len(), 3);
    for line in listed {
        let finished = ran.finished(line["role"].as_str().unwrap());
        for key in [
            "run",
            "job",
            "temperature",
            "soft_weight",
            "hard_weight",
            "seed",
            "parameters",
            "steps",
            "test",
            "checkpoint",
        ] {
            assert_eq!(line[key], finished[key], "{key}");
        }
        assert_eq!(
            (&line["status"], &line["title"], &line["data"]),
            (&json!("done"), &json!("Tiny"), &json!("digits"))
        );
    }
    let table = place.run(&["runs"]).is_good().stdout;
    assert_eq!(table.lines().count(), 4);
    assert_eq!(place.store().jobs(false).unwrap()[0].status, Status::Done);
}

#[test]
fn people_get_a_table_and_one_honest_sentence() {
    let place = Place::new();
    let ran = place.run(&["run", "tiny.toml", "--out", "."]).is_good();
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert!(lines[0].starts_with("role"));
    assert!(lines[2].starts_with("student   MLP 16  4  0.9 · 0.1"), "{}", lines[2]);
    assert!(lines[2].ends_with("./student.safetensors"), "{}", lines[2]);
    assert!(
        lines[4].contains(" errors with this seed: ") && lines[4].contains(" of 359. Not sure yet"),
        "{}",
        lines[4]
    );
    let why = lines[5..].join(" ");
    for measured in
        ["only one of the two is right", "gives the teacher’s answer", "that it learnt from", "of the gradient"]
    {
        assert!(why.contains(measured), "{measured} in {why}");
    }
    assert!(ran.stderr.contains("student   epoch 6/6  loss "), "{}", ran.stderr);
}

#[test]
fn every_command_explains_itself() {
    let place = Place::new();
    for command in ["run", "look", "soften", "predict", "runs", "devices", "bench"] {
        let help = place.run(&[command, "--help"]).is_good().stdout;
        assert!(help.contains("--json"), "{help}");
        assert!(help.lines().all(|line| line.chars().count() <= 120), "{help}");
    }
    let devices = place.run(&["devices", "--json"]).is_good().lines();
    assert!(devices.iter().any(|line| line["name"] == "cpu" && line["threads"].as_u64() >= Some(1)));
    assert_eq!(devices.iter().filter(|line| line["chosen"] == true).count(), 1);
}

#[test]
fn bench_times_what_it_is_asked_for() {
    let place = Place::new();
    let lines = place.run(&["bench", "--only", "mlp-64-32", "--json", "--device", "cpu"]).is_good().lines();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["name"], "mlp-64-32");
    assert!(lines[0]["ms_per_step"].as_f64() > Some(0.0));
    assert!(lines[0].get("peak_mib").is_none());
    let arguments = ["bench", "--only", "mlp-64-32", "--members", "3,1", "--json"];
    let lines = place.run(&arguments).is_good().lines();
    let names: Vec<_> = lines.iter().map(|line| line["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["mlp-64-32", "mlp-64-32x3"]);
    assert!(lines.iter().all(|line| line["peak_mib"].is_null() || line["peak_mib"].as_f64() > Some(1.0)));
    let text = place.run(&["bench", "--only", "mlp-64-32"]).is_good().stdout;
    assert!(text.contains("ms a step") && text.contains("mlp-64-32"), "{text}");
}

#[test]
fn a_package_gets_its_completions_and_its_manual_page() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish"] {
        let ran = place.run(&["completions", shell]).is_good();
        assert!(ran.stdout.contains("soften") && ran.stdout.contains("resume"), "{shell}");
    }
    let page = place.run(&["man"]).is_good();
    for words in [".TH stillroom", "soften", "\\-\\-resume"] {
        assert!(page.stdout.contains(words), "{words}");
    }
    assert_eq!(place.run(&["completions", "tcsh"]).status, Some(2));
}

#[test]
fn a_finished_job_is_resumed_by_its_results() {
    let place = Place::new();
    let ran = place.run(&["run", "tiny.toml", "--json"]).is_good();
    let student = ran.finished("student")["run"].clone();
    for name in ["j-0001", student.as_str().unwrap()] {
        let again = place.run(&["run", "--resume", name, "--json"]).is_good();
        assert_eq!(again.events("finished"), ran.events("finished"));
        assert!(again.events("started").is_empty() && again.stderr.contains("\"job-done\""), "{again:#?}");
    }
    let again = place.run(&["run", "--resume", "j-0001", "--retry-failed", "--out", "again"]).is_good();
    assert!(
        again.stdout.starts_with("role ") && again.stdout.contains("only one of the two is right"),
        "{}",
        again.stdout
    );
    let verdict = |ran: &Ran| ran.events("verdict");
    assert_eq!(verdict(&place.run(&["run", "--resume", "j-0001", "--json"]).is_good()), verdict(&ran));
    assert!(place.path("again/student.safetensors").exists());
    assert_eq!(Store::reader(place.path("store.db")).jobs(true).unwrap().len(), 1);

    let sweep = place.run(&["run", "tiny.toml", "--json", "--set", "distill.temperature=[1, 4]"]).is_good();
    let again = place.run(&["run", "--resume", "j-0002", "--json"]).is_good();
    let last = |ran: &Ran| ran.lines().pop().unwrap();
    assert_eq!(last(&again), last(&sweep));
    assert_eq!(again.events("finished").len(), sweep.events("finished").len());
}

#[test]
fn runs_and_their_curves_are_exported_whole() {
    let place = Place::new();
    let ran = place.run(&["run", "tiny.toml", "--json"]).is_good();
    let student = ran.finished("student");
    let run = student["run"].as_str().unwrap();
    let steps = student["steps"].as_u64().unwrap() as usize;

    let table = |text: &str| -> Vec<std::collections::HashMap<String, String>> {
        let mut csv = csv::Reader::from_reader(text.as_bytes());
        csv.deserialize().map(|row| row.unwrap()).collect()
    };
    let curve = table(&place.run(&["export", run, "--format", "csv"]).is_good().stdout);
    assert_eq!(curve.len(), steps);
    let store = place.store();
    let stored = store.curve(run.parse().unwrap()).unwrap();
    for (at, row) in curve.iter().enumerate() {
        assert_eq!(row["step"], (at + 1).to_string());
        for name in ["soft", "hard", "total"] {
            let values = stored.series(name).unwrap();
            assert_eq!(row[name].parse::<f32>().unwrap().to_bits(), values[at].to_bits(), "{name} {at}");
        }
    }
    let ends: Vec<(&str, &str)> = curve
        .iter()
        .filter(|row| !row["epoch"].is_empty())
        .map(|row| (row["step"].as_str(), row["validation_errors"].as_str()))
        .collect();
    let epochs: Vec<(String, String)> =
        stored.epochs.iter().map(|it| (it.step.to_string(), it.validation.errors.to_string())).collect();
    assert_eq!(ends, epochs.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect::<Vec<_>>());

    let whole = place.run(&["export", run, "--format", "json"]).is_good().lines();
    assert_eq!(whole.len(), 1);
    assert_eq!(whole[0]["losses"]["total"].as_array().unwrap().len(), steps);
    assert_eq!((&whole[0]["run"], &whole[0]["recipe"]["title"]), (&json!(run), &json!("Tiny")));

    place.run(&["export", "--all", "--out", "deep/runs.csv"]).is_good();
    let list = table(&std::fs::read_to_string(place.path("deep/runs.csv")).unwrap());
    assert_eq!(list.len(), 3);
    let row = list.iter().find(|row| row["run"] == run).unwrap();
    assert_eq!(row["test_errors"], student["test"]["errors"].to_string());
    assert!(!row["rows_better"].is_empty() && !row["rows_worse"].is_empty());
    let lines = place.run(&["export", "--all", "--format", "json"]).is_good().lines();
    assert_eq!(lines, place.run(&["runs", "--json"]).is_good().lines());

    let unknown = place.run(&["export", "r-0099"]);
    assert!(unknown.status == Some(2) && unknown.stderr.contains("there is no run `r-0099`"), "{unknown:?}");
    assert_eq!(place.run(&["export"]).status, Some(2));
}

#[test]
fn figures_are_tables_of_what_is_stored() {
    let place = Place::new();
    let seeds = ["--set", "training.seed=[0, 1]", "--set", "training.epochs=1", "--test-all"];
    place.run(&[&["run", "digits", "--store", "s.db"], &seeds[..]].concat()).is_good();
    let text = place.run(&["figures", "--store", "s.db"]).is_good().stdout;
    assert!(text.starts_with("## ") && text.contains(" (`digits`)"), "{text}");
    let exported = place.run(&["export", "--all", "--format", "csv", "--store", "s.db"]).is_good().stdout;
    let mut rows = csv::Reader::from_reader(exported.as_bytes());
    let head = rows.headers().unwrap().clone();
    let at = |name: &str| head.iter().position(|known| known == name).unwrap();
    let (role, errors) = (at("role"), at("test_errors"));
    let of = |wanted: &str| {
        let mut rows = csv::Reader::from_reader(exported.as_bytes());
        let all: Vec<f64> = rows
            .records()
            .map(Result::unwrap)
            .filter(|row| &row[role] == wanted)
            .map(|row| row[errors].parse().unwrap())
            .collect();
        all.iter().sum::<f64>() / all.len() as f64
    };
    for (role, name) in [("student", "| T 4 · 0.9/0.1 |"), ("baseline", "| no teacher |")] {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{name} in {text}"));
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        assert_eq!((cells[2], cells[3]), ("2", "1"), "{line}");
        let told: f64 = cells[6].split([' ', '±']).next().unwrap().parse().unwrap();
        assert!((told - of(role)).abs() <= 0.5, "{line}: {}", of(role));
    }
    assert_eq!(place.run(&["figures", "j-0009", "--store", "s.db"]).status, Some(2));
}
