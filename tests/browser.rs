//! The lens as a page, in a real browser: its slider is moved by the pointer, its numbers are those of the terminal, nothing is asked of
//! anybody, and words stay words. It needs Chromium: `cargo test --features browser --test browser`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A browser without a window, spoken to over two pipes.
struct Browser {
    child: Child,
    requests: File,
    answers: Receiver<Value>,
    /// What came without being asked for.
    events: Vec<Value>,
    last: u64,
    session: Option<String>,
    _folder: TempDir,
}

impl Browser {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let pipe = |name: &str| {
            let path = folder.path().join(name);
            assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
            path
        };
        let (to, from) = (pipe("to"), pipe("from"));
        let flags = "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking \
            --disable-component-update --disable-sync --remote-debugging-pipe";
        let name = std::env::var("CHROMIUM").unwrap_or_else(|_| "chromium".to_owned());
        let script = format!("exec \"{name}\" {flags} --user-data-dir=\"$0/profile\" about:blank 3<\"$1\" 4>\"$2\"");
        let child = Command::new("sh")
            .args(["-c", &script])
            .args([folder.path(), &to, &from])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let requests = File::options().write(true).open(&to).unwrap();
        let replies = File::open(&from).unwrap();
        let (sender, answers) = sync_channel(4096);
        let read = move || {
            let mut replies = BufReader::new(replies);
            let mut message = Vec::new();
            while replies.read_until(0, &mut message).is_ok_and(|read| read > 0) {
                message.pop();
                let parsed = serde_json::from_slice(&message);
                message.clear();
                if parsed.is_ok_and(|message: Value| sender.send(message).is_err()) {
                    return;
                }
            }
        };
        std::thread::Builder::new().name("browser".to_owned()).spawn(read).unwrap();
        let mut browser =
            Self { child, requests, answers, events: Vec::new(), last: 0, session: None, _folder: folder };
        let target = browser.ask("Target.createTarget", &json!({ "url": "about:blank" }))["targetId"].clone();
        let attached = browser.ask("Target.attachToTarget", &json!({ "targetId": target, "flatten": true }));
        browser.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page.enable", "Network.enable", "Runtime.enable", "Log.enable"] {
            browser.ask(domain, &json!({}));
        }
        browser
    }

    fn ask(&mut self, method: &str, parameters: &Value) -> Value {
        self.last += 1;
        let mut message = json!({ "id": self.last, "method": method, "params": parameters });
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        self.requests.write_all(message.to_string().as_bytes()).unwrap();
        self.requests.write_all(&[0]).unwrap();
        let start = Instant::now();
        loop {
            let left = PATIENCE.saturating_sub(start.elapsed());
            let answer = self.answers.recv_timeout(left).unwrap_or_else(|_| panic!("no answer to {method}"));
            if answer["id"] == self.last {
                assert!(answer.get("error").is_none(), "{method}: {answer}");
                return answer["result"].clone();
            }
            if answer.get("id").is_none() {
                self.events.push(answer);
            }
        }
    }

    /// What an expression is in the page.
    fn value(&mut self, expression: &str) -> Value {
        let found = self.ask("Runtime.evaluate", &json!({ "expression": expression, "returnByValue": true }));
        assert!(found.get("exceptionDetails").is_none(), "{expression}: {found}");
        found["result"]["value"].clone()
    }

    /// Opens a file of a size and waits until it is drawn.
    fn open(&mut self, page: &Path, [width, height]: [u32; 2]) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 2, "mobile": width < 500 });
        self.ask("Emulation.setDeviceMetricsOverride", &metrics);
        self.events.clear();
        self.ask("Page.navigate", &json!({ "url": format!("file://{}", page.display()) }));
        let start = Instant::now();
        while self.value("document.documentElement?.dataset.ready") != "1" {
            assert!(start.elapsed() < PATIENCE, "the page is never drawn: {:?}", self.complaints());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Presses the pointer where an element is, at a share of its width.
    fn press(&mut self, selector: &str, share: f64) {
        self.value(&format!("document.querySelector('{selector}').scrollIntoView({{ block: 'center' }})"));
        let place = self.value(&format!(
            "(() => {{ const r = document.querySelector('{selector}').getBoundingClientRect(); return [r.x, r.y, r.width, r.height]; }})()"
        ));
        let at = |index: usize| place[index].as_f64().unwrap();
        let (x, y) = (at(0) + share * at(2), at(1) + at(3) / 2.0);
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({ "type": kind, "x": x, "y": y, "button": "left", "clickCount": 1 });
            self.ask("Input.dispatchMouseEvent", &event);
        }
    }

    fn number(&mut self, selector: &str, attribute: &str) -> f64 {
        let found = self.value(&format!("document.querySelector('{selector}').getAttribute('{attribute}')"));
        found.as_str().unwrap_or_else(|| panic!("{selector} has no {attribute}")).parse().unwrap()
    }

    /// What the page asked of anybody but its own file, and what it complained of.
    fn complaints(&mut self) -> Vec<String> {
        self.value("1");
        let is_own = |url: &str| url.starts_with("file://") && Path::new(url).extension() == Some("html".as_ref());
        let told = |event: &Value| match event["method"].as_str()? {
            "Network.requestWillBeSent" => {
                let url = event["params"]["request"]["url"].as_str()?;
                (!is_own(url)).then(|| format!("asked for {url}"))
            }
            "Runtime.exceptionThrown" | "Log.entryAdded" | "Page.javascriptDialogOpening" => Some(event.to_string()),
            "Runtime.consoleAPICalled" if event["params"]["type"] == "error" => Some(event.to_string()),
            _ => None,
        };
        self.events.iter().filter_map(told).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn stillroom(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stillroom"));
    command.args(arguments).current_dir(folder).env("STILLROOM_STORE", "store.db").env_remove("DISPLAY");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A page of a small job on digits.
fn page_of_digits(folder: &Path) {
    let recipe = "title = \"Digits\"\n[data]\nsource = \"digits\"\n[teacher]\nmodel = { mlp = [24] }\nmembers = 2\nepochs = 4\n\
        [student]\nmodel = { mlp = [16] }\n[training]\nepochs = 4\n";
    std::fs::write(folder.join("r.toml"), recipe).unwrap();
    stillroom(folder, &["run", "r.toml", "--json"]);
    let runs = stillroom(folder, &["runs", "--json"]);
    let student = runs.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let student = student.into_iter().find(|run| run["role"] == "student").unwrap();
    stillroom(folder, &["export", student["run"].as_str().unwrap(), "--lens", "page.html"]);
}

fn data_of(page: &Path) -> Value {
    let text = std::fs::read_to_string(page).unwrap();
    let (_, rest) = text.split_once("<script type=\"application/json\" id=\"data\">").unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

/// The logits of a row as the terminal takes them.
fn row_of(logits: &Value, row: usize, classes: usize) -> String {
    let all = logits.as_array().unwrap();
    all[row * classes..(row + 1) * classes].iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

#[test]
fn the_slider_of_a_page_gives_the_numbers_of_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let recipe = "title = \"Digits\"\n[data]\nsource = \"digits\"\n[teacher]\nmodel = { mlp = [24] }\nepochs = 4\n\
        [student]\nmodel = { mlp = [16] }\n[training]\nepochs = 4\n";
    std::fs::write(folder.path().join("r.toml"), recipe).unwrap();
    stillroom(folder.path(), &["run", "r.toml", "--json"]);
    stillroom(folder.path(), &["export", "r-0002", "--lens", "page.html"]);
    let page = folder.path().join("page.html");
    let data = data_of(&page);
    let mut browser = Browser::start();
    for size in [[1280, 800], [390, 844]] {
        browser.open(&page, size);
        for (row, share) in [(0, 0.2), (1, 0.5), (2, 0.83), (3, 0.97)] {
            browser.press("#temperature", share);
            let t = browser.number("#temperature-value", "data-value");
            assert!((0.05..=100.0).contains(&t), "{t}");
            let (teacher, student) = (row_of(&data["teacher"]["each"][0], row, 10), row_of(&data["student"], row, 10));
            let arguments = ["soften", &teacher, "--against", &student, "--temperature", &t.to_string(), "--json"];
            let wanted: Value = serde_json::from_str(&stillroom(folder.path(), &arguments)).unwrap();
            let close = |found: f64, wanted: &Value| (found - wanted.as_f64().unwrap()).abs() < 1e-5;
            assert!(close(browser.number("#entropy-teacher", "data-value"), &wanted["entropy"]));
            assert!(close(browser.number("#entropy-student", "data-value"), &wanted["against_entropy"]));
            assert!(close(browser.number("#kl", "data-value"), &wanted["kl"]));
            for class in 0..10 {
                let bar = format!("[data-class=\"{class}\"]");
                assert!(close(browser.number(&bar, "data-teacher"), &wanted["probabilities"][class]));
                assert!(close(browser.number(&bar, "data-student"), &wanted["against"][class]));
            }
            browser.press("#row-next", 0.5);
        }
        let widest = browser.value("document.documentElement.scrollWidth - window.innerWidth");
        assert!(widest.as_f64().unwrap() <= 0.0, "it is wider than {size:?}");
        assert_eq!(browser.complaints(), Vec::<String>::new());
    }
}

#[test]
fn a_page_of_an_ensemble_softens_each_teacher_first() {
    let folder = tempfile::tempdir().unwrap();
    page_of_digits(folder.path());
    let page = folder.path().join("page.html");
    let data = data_of(&page);
    let each = data["teacher"]["each"].as_array().unwrap();
    assert_eq!(each.len(), 2);
    let mut browser = Browser::start();
    browser.open(&page, [1280, 800]);
    browser.press("#temperature", 0.7);
    let t = browser.number("#temperature-value", "data-value").to_string();
    let of = |logits: &Value| -> Vec<f64> {
        let line = stillroom(folder.path(), &["soften", &row_of(logits, 0, 10), "--temperature", &t, "--json"]);
        let line: Value = serde_json::from_str(&line).unwrap();
        line["probabilities"].as_array().unwrap().iter().map(|p| p.as_f64().unwrap()).collect()
    };
    let (first, second) = (of(&each[0]), of(&each[1]));
    for class in 0..10 {
        let found = browser.number(&format!("[data-class=\"{class}\"]"), "data-teacher");
        assert!((found - f64::midpoint(first[class], second[class])).abs() < 1e-5);
    }
}

#[test]
fn hostile_class_names_are_words_on_a_page() {
    let folder = tempfile::tempdir().unwrap();
    let hostile = "</script><img src=x onerror=alert(1)>";
    let mut table = "a,b,label\n".to_owned();
    for at in 0..60 {
        table += &format!("{},{},\"{}\"\n", at % 7, at % 5, if at % 2 == 0 { hostile } else { "plain" });
    }
    std::fs::write(folder.path().join("t.csv"), table).unwrap();
    let recipe = "[data]\nsource = { csv = \"t.csv\", label = \"label\" }\n[teacher]\nmodel = { mlp = [8] }\nepochs = 2\n\
        [student]\nmodel = { mlp = [4] }\n[training]\nepochs = 2\n";
    std::fs::write(folder.path().join("r.toml"), recipe).unwrap();
    stillroom(folder.path(), &["run", "r.toml", "--json"]);
    stillroom(folder.path(), &["export", "r-0002", "--lens", "page.html"]);
    let mut browser = Browser::start();
    browser.open(&folder.path().join("page.html"), [390, 844]);
    let shown = browser.value("document.body.innerText");
    assert!(shown.as_str().unwrap().contains(hostile), "{shown}");
    assert_eq!(browser.value("document.querySelectorAll('img').length"), 0);
    assert_eq!(browser.complaints(), Vec::<String>::new());
}
