//! Softened distributions of two models beside each other, and a run's lens as a file for a browser.

use serde_json::Value;

use crate::tool::Place;

/// The data of a page.
fn data_of(page: &str) -> Value {
    let (_, rest) = page.split_once("<script type=\"application/json\" id=\"data\">").unwrap();
    let (data, _) = rest.split_once("</script>").unwrap();
    serde_json::from_str(data).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|it| it.as_f64().unwrap()).collect()
}

/// Worked out in double precision from the formulas of Hinton, Vinyals & Dean 2015.
#[test]
fn a_student_beside_it_gives_kl_and_the_gradient() {
    let place = Place::new();
    let arguments = ["soften", "5,2,0.5,-1", "--against", "2 3 0 -0.5", "--temperature", "1,4", "--json"];
    let lines = place.run(&arguments).is_good().lines();
    for (line, (kl, gradient)) in lines.iter().zip([
        (1.087_086, [-0.686_318, 0.643_853, 0.023_940, 0.018_525]),
        (0.097_253, [-0.812_447, 0.563_924, 0.065_359, 0.183_164]),
    ]) {
        assert!((line["kl"].as_f64().unwrap() - kl).abs() < 1e-6, "{line}");
        assert!(numbers(&line["gradient"]).iter().zip(gradient).all(|(a, b)| (a - b).abs() < 1e-6), "{line}");
        assert!((numbers(&line["against"]).iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }
    let said = place.run(&arguments[..6]).is_good().stdout;
    assert!(said.contains("KL") && said.contains("T(q−p)") && said.contains("0.097253"), "{said}");
    let plain = place.run(&["soften", "5,2", "--json"]).is_good().lines().remove(0);
    assert!(plain.get("kl").is_none());
}

#[test]
fn logits_that_are_none_are_named() {
    let place = Place::new();
    for (arguments, words) in [
        (vec!["soften", "1,,nan"], "value 2, ``, is not allowed"),
        (vec!["soften", "1,2", "--against", "1,x"], "--against 1,x: value 2, `x`"),
        (vec!["soften", "1,2", "--against", "1,2,3"], "--against has 3 logits and LOGITS has 2"),
        (vec!["soften", "1,2", "--temperature", "four"], "value 1, `four`, is not allowed"),
    ] {
        let ran = place.run(&arguments);
        assert_eq!(ran.status, Some(2), "{ran:#?}");
        assert!(ran.stderr.contains(words), "{ran:#?}");
    }
}

#[test]
fn a_run_becomes_a_page_with_its_rows() {
    let place = Place::new();
    place.run(&["run", "tiny.toml", "--json"]).is_good();
    let ran = place.run(&["export", "r-0002", "--lens", "page.html"]).is_good();
    assert!(ran.stderr.contains("180 validation rows go along, with their pictures"), "{ran:#?}");
    let page = std::fs::read_to_string(place.path("page.html")).unwrap();
    let data = data_of(&page);
    let rows = data["rows"].as_array().unwrap().len();
    assert_eq!((rows, numbers(&data["student"]).len()), (180, 1800));
    assert_eq!(numbers(&data["teacher"]["each"][0]).len(), 1800);
    assert_eq!(
        (&data["run"], &data["role"], &data["inputs"]["kind"]),
        (&"r-0002".into(), &"student".into(), &"pictures".into())
    );
    // The logits are those of the store, to the last bit.
    let run = "r-0002".parse().unwrap();
    let store = place.store();
    let step = *store.snapshots(run).unwrap().last().unwrap();
    assert_eq!(data["step"], step);
    let stored = store.snapshot(run, step).unwrap().unwrap();
    assert!(stored.iter().zip(numbers(&data["student"])).all(|(a, b)| a.to_bits() == (b as f32).to_bits()));
    // A teacher, and a baseline, have a page too.
    for run in ["r-0001", "r-0003"] {
        place.run(&["export", run, "--lens", "other.html"]).is_good();
        let data = data_of(&std::fs::read_to_string(place.path("other.html")).unwrap());
        assert!(data["trained"].is_null());
    }
}

#[test]
fn a_page_of_hostile_words_stays_one_page() {
    let place = Place::new();
    let classes = ["</script><img src=x onerror=alert(1)>", "{{SCRIPT}}"];
    let mut table = "a,b,label\n".to_owned();
    for at in 0..60 {
        table += &format!("{},{},\"{}\"\n", at % 7, at % 5, classes[at % 2]);
    }
    place.write("t.csv", &table);
    place.write(
        "hostile.toml",
        "title = \"<b>&{{DATA}}\"\n[data]\nsource = { csv = \"t.csv\", label = \"label\" }\n[teacher]\nmodel = { mlp = [8] }\nepochs = 2\n[student]\nmodel = { mlp = [4] }\n[training]\nepochs = 2\n",
    );
    place.run(&["run", "hostile.toml", "--json"]).is_good();
    let ran = place.run(&["export", "r-0002", "--lens", "page.html"]).is_good();
    assert!(ran.stderr.contains("the numbers of their columns"), "{ran:#?}");
    let page = std::fs::read_to_string(place.path("page.html")).unwrap();
    assert_eq!(page.matches("<script").count(), 2, "its own script and its data");
    assert!(!page.contains("<img"));
    let data = data_of(&page);
    let mut named: Vec<&str> = data["classes"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    named.sort_unstable();
    assert_eq!(named, classes);
    assert_eq!(data["inputs"]["columns"], serde_json::json!(["a", "b"]));
    assert!(page.contains("<title>&lt;b&gt;&amp;{{DATA}} · Stillroom</title>"));
}

#[test]
fn texts_go_along_as_texts() {
    let place = Place::new();
    let mut table = "text,label\n".to_owned();
    for at in 0..80 {
        let (words, label) =
            if at % 2 == 0 { ("a fine, moving film", "good") } else { ("dull <i>and</i> long", "bad") };
        table += &format!("\"{words} number {at}\",{label}\n");
    }
    place.write("t.csv", &table);
    place.write(
        "texts.toml",
        "[data]\nsource = { csv = \"t.csv\", text = \"text\", label = \"label\" }\n[teacher]\nmodel = { text_cnn = [2, 3], maps = 8, embedding = 8 }\nepochs = 1\n[student]\nmodel = { text_cnn = [2], maps = 4, embedding = 8 }\n[training]\nepochs = 1\n",
    );
    place.run(&["run", "texts.toml", "--json"]).is_good();
    let ran = place.run(&["export", "r-0002", "--lens", "page.html"]).is_good();
    assert!(ran.stderr.contains("with their texts"), "{ran:#?}");
    let page = std::fs::read_to_string(place.path("page.html")).unwrap();
    let data = data_of(&page);
    let texts = data["inputs"]["texts"].as_array().unwrap();
    assert!(texts.iter().any(|text| text[0].as_str().unwrap().contains("<i>and</i>")));
    assert!(!page.contains("<i>and"));
}

#[test]
fn what_has_no_page_says_why() {
    let place = Place::new();
    place.run(&["run", "tiny.toml", "--json"]).is_good();
    for (arguments, words) in [
        (vec!["export", "r-0099", "--lens", "p.html"], "there is no run `r-0099`"),
        (vec!["export", "--all", "--lens", "p.html"], "cannot be used with"),
        (vec!["export", "r-0002", "--lens", "p.html", "--format", "json"], "cannot be used with"),
    ] {
        let ran = place.run(&arguments);
        assert_eq!(ran.status, Some(2), "{ran:#?}");
        assert!(ran.stderr.contains(words), "{ran:#?}");
        assert!(!place.path("p.html").exists());
    }
}
