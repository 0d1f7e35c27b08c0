"use strict";
(() => {
  const [LEAST, MOST] = [0.05, 100];
  const TICKS = [0.05, 0.25, 1, 4, 20, 100];
  // Beyond these T changes little that can be seen, so play turns round there.
  const SWEEP = [0.25, 20];
  const SWEEP_PER_MS = 0.00012;
  const FEW = 20;
  const DECADES = 6;
  const THUMB = 64;
  const SNIPPET = 120;
  const DASH = "–";
  const LANGUAGES = ["en", "zh"];
  const SORTS = ["class", "teacher", "difference"];
  const SCALES = ["linear", "log"];
  const ONLY = ["any", "disagree", "wrong"];

  // Each in English and in Simplified Chinese.
  const WORDS = {
    code: ["en", "zh-CN"], other: ["中文", "English"], otherCode: ["zh-CN", "en"], teacher: ["teacher", "教师"],
    label: ["label", "标签"],
    roles: [
      { student: "student", baseline: "baseline", teacher: "teacher", companion: "companion" },
      { student: "学生", baseline: "基线", teacher: "教师", companion: "陪同网络" },
    ],
    ofRun: ["this run", "本次运行"],
    members: [
      (count, mean) => `${count} models, mean of ${mean}`,
      (count, mean) => `${count} 个模型，${mean === "logits" ? "logits " : "概率"}取平均`,
    ],
    percent: [(number) => `${number} %`, (number) => `${number}%`], copy: ["Copy link", "复制链接"],
    copied: ["Copied", "已复制"], copyThis: ["Copy this link", "请复制此链接"], sample: ["Sample", "样本"],
    previous: ["Previous row", "上一个样本"], next: ["Next row", "下一个样本"], rows: ["Rows", "样本列表"],
    rowName: [(row) => `validation row ${row}`, (row) => `验证样本 ${row}`],
    place: [(at, count) => `${at} of ${count}`, (at, count) => `第 ${at} 个，共 ${count} 个`],
    noMatch: ["no such row", "没有符合的样本"],
    picture: [(row) => `Picture of validation row ${row}`, (row) => `验证样本 ${row} 的图片`],
    item: [(row, label) => `Row ${row}, label ${label}`, (row, label) => `样本 ${row}，标签 ${label}`],
    wrong: ["wrong", "错误"], temperature: ["Temperature", "温度"],
    toOne: ["T = 1, used to predict", "T = 1，预测时使用"],
    toRun: [(t) => `T = ${t}, trained this run`, (t) => `T = ${t}，训练此运行时使用`], play: ["Play", "播放"],
    stop: ["Stop", "停止"], playHint: ["Moves T up and down", "让 T 来回变化"],
    note: ["T = 1 is used to predict.", "预测时 T = 1。"],
    noteRun: [(t) => ` T = ${t} trained this run.`, (t) => `训练此运行时 T = ${t}。`],
    invalid: [
      (t) => `T goes from ${LEAST} to ${MOST}. It stays ${t}.`,
      (t) => `T 的范围是 ${LEAST} 到 ${MOST}，仍为 ${t}。`,
    ],
    bars: ["Probabilities", "概率"], sortBy: ["Sort by", "排序"],
    sorts: [
      { class: "class", teacher: "teacher", difference: "difference" },
      { class: "类别", teacher: "教师", difference: "差异" },
    ],
    axis: ["Axis", "坐标"], scales: [{ linear: "linear", log: "logarithmic" }, { linear: "线性", log: "对数" }],
    all: [(count) => `Show all ${count}`, (count) => `显示全部 ${count} 类`],
    few: [`Show ${FEW}`, `只显示 ${FEW} 类`],
    others: [
      (count) => (count === "1" ? "the other class" : `the other ${count} classes`),
      (count) => `其余 ${count} 个类别`,
    ],
    ghost: ["outline: at T = 1", "轮廓：T = 1 时"],
    logNote: [
      "Logarithmic axis from 0.0001 % (10⁻⁶) to 100 %; what is smaller has no bar.",
      "对数坐标，从 0.0001%（10⁻⁶）到 100%；更小的不画条。",
    ],
    numbers: ["Numbers", "数值"], topProbability: ["top-1 probability", "最大概率"],
    entropy: ["entropy H, nats", "熵 H（nat）"], effective: ["effective classes, exp(H)", "有效类别数 exp(H)"],
    kl: [(student) => `KL(teacher ‖ ${student}), nats`, (student) => `KL(教师 ‖ ${student})（nat）`],
    which: ["Which rows", "样本范围"], any: [() => "all rows", () => "全部样本"],
    disagree: [(student) => `teacher and ${student} disagree`, (student) => `教师与${student}不一致`],
    wrongRows: [(student) => `${student} is wrong`, (student) => `${student}预测错`], anyClass: ["all", "全部"],
    about: ["What T does", "温度的作用"],
    explained: [
      "A model gives each class a number, its logit. The softmax of logits / T makes probabilities of them. " +
        "Low T leaves nearly everything to the top class. High T spreads it: now one sees which other classes " +
        "the teacher finds similar. These soft targets tell a student more than a label does.",
      "模型给每个类别一个数，称为 logit。logits 除以 T，再经 softmax 成为概率。T 低时，概率几乎全归首选类别；" +
        "T 高时，概率分散开来，可以看出教师还觉得哪些类别相似。这样的软目标比单独一个标签告诉学生的更多。",
    ],
    run: [
      (run, role, steps) => `Run ${run.run}, job ${run.job}: ${role} ${run.student_name} after ` +
        `${steps} ${run.step === 1 ? "step" : "steps"}. `,
      (run, role, steps) => `运行 ${run.run}（任务 ${run.job}）：${role} ${run.student_name}，共 ${steps} 步。`,
    ],
    trained: [
      (t, how) => `Trained at T = ${t} with soft weight ${how.soft_weight} and hard weight ${how.hard_weight}, ` +
        `${how.temperature_squared ? "with" : "without"} the T² factor. `,
      (t, how) => `训练时 T = ${t}，软目标权重 ${how.soft_weight}，硬标签权重 ${how.hard_weight}，` +
        `${how.temperature_squared ? "含" : "不含"} T² 因子。`,
    ],
    untaught: ["It does not learn from soft targets. ", "它不从软目标学习。"],
    predicts: [
      (program) => `Predictions are made at T = 1. Made with ${program}.`,
      (program) => `预测时 T = 1。由 ${program} 生成。`,
    ],
    keys: ["Keys: ← → rows, [ ] temperature.", "键盘：← → 换样本，[ ] 改温度。"],
  };
  const FAULT = "The data of this page cannot be read. 无法读取此页面的数据。";

  let data;
  let state;
  let words;
  // What the two predict for each row, at T = 1.
  let predicted;
  let pixels;
  let nameWidth = 0;
  const thumbs = [];
  let lines = [];
  let message = "";
  let playing = null;
  let remembering = 0;

  const byId = (id) => document.getElementById(id);
  const clamp = (value, least, most) => Math.min(Math.max(value, least), most);
  const grouped = (count) => count.toLocaleString("en-US");
  const shortNumber = (value, digits = 4) => String(Number(value.toPrecision(digits)));
  const sum = (values) => values.reduce((a, b) => a + b, 0);
  const largestOf = (values) => values.reduce((a, b) => Math.max(a, b), -Infinity);

  function element(name, className = "", text = "") {
    const made = document.createElement(name);
    if (className) made.className = className;
    made.textContent = text;
    return made;
  }

  // ln softmax(z / T). The largest goes first, so that no exponential overflows.
  function logSoften(logits, t) {
    const largest = largestOf(logits);
    const scaled = logits.map((z) => (z - largest) / t);
    const logSum = Math.log(sum(scaled.map(Math.exp)));
    return scaled.map((z) => z - logSum);
  }

  function logSumExp(values) {
    const largest = largestOf(values);
    return largest === -Infinity ? largest : largest + Math.log(sum(values.map((value) => Math.exp(value - largest))));
  }

  function logMean(members, mean) {
    if (members.length === 1) return members[0];
    const classes = members[0].map((_, at) => members.map((logs) => logs[at]));
    if (mean === "probabilities") return classes.map((logs) => logSumExp(logs) - Math.log(members.length));
    return logSoften(classes.map((logs) => sum(logs) / members.length), 1);
  }

  // 0 · ln 0 is 0.
  function entropyOf(logs) {
    return Math.max(0, -sum(logs.map((log) => (log === -Infinity ? 0 : Math.exp(log) * log))));
  }

  // Σ p (ln p − ln q) − p + q: the same for distributions, without the rounding of their sums.
  function divergence(teacher, student) {
    const parts = teacher.logs.map((log, at) => {
      const [p, q] = [teacher.probabilities[at], student.probabilities[at]];
      return p > 0 ? p * (log - student.logs[at]) - p + q : q;
    });
    return Math.max(0, sum(parts));
  }

  function logitsOf(flat, row) {
    const count = data.classes.length;
    const logits = flat.slice(row * count, (row + 1) * count);
    return logits.length === count && logits.every(Number.isFinite) ? logits : null;
  }

  // What a side says of a row; null where there is no such side, or one of its logits is no number.
  function said(side, row, t) {
    const flats = side === "teacher" ? data.teacher?.each ?? [] : [data.student];
    const members = flats.map((flat) => logitsOf(flat, row));
    if (members.length === 0 || members.includes(null)) return null;
    const logs = logMean(members.map((logits) => logSoften(logits, t)), data.teacher?.mean);
    return { logs, probabilities: logs.map(Math.exp), entropy: entropyOf(logs), top: logs.indexOf(largestOf(logs)) };
  }

  const chance = (of, index) => of?.probabilities[index] ?? null;
  const positionOf = (t) => Math.log(t / LEAST) / Math.log(MOST / LEAST);
  const temperatureAt = (position) => LEAST * (MOST / LEAST) ** clamp(position, 0, 1);
  const allowed = (t) => clamp(Number.isFinite(t) ? t : 1, LEAST, MOST);

  // The T that was typed or linked, or null. Some keyboards type a comma, and some full-width signs.
  function parsedTemperature(typed) {
    const plain = typed.normalize("NFKC").trim().replace("。", ".").replace(",", ".");
    const t = /^(\d+\.?\d*|\.\d+)$/.test(plain) ? Number(plain) : NaN;
    return t >= LEAST && t <= MOST ? t : null;
  }

  function percent(probability) {
    const value = 100 * probability;
    if (value === 100 || value === 0) return String(value);
    if (value >= 99.95) return ">99.9";
    if (value >= 0.01) return value.toFixed(value >= 1 ? 1 : 2);
    return value >= 0.0001 ? value.toFixed(4) : "<0.0001";
  }

  function measured(value) {
    if (value === 0) return "0";
    if (value >= 0.001) return value.toFixed(value < 10 ? 3 : value < 100 ? 2 : 1);
    const [digits, power] = value.toExponential(1).split("e-");
    return `${digits} × 10⁻${[...power].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]).join("")}`;
  }

  const nameOf = (at) => (data.classes[at]?.trim() ? data.classes[at] : `#${at}`);
  const labelOf = (row) => (data.labels[row] in data.classes ? data.labels[row] : null);
  const sides = () => (data.teacher ? ["teacher", "student"] : ["student"]);
  const sorts = () => (data.teacher ? SORTS : SORTS.slice(0, 2));
  const choices = () => (data.teacher ? ONLY : ["any", "wrong"]);
  const trainedAt = () => data.trained && shortNumber(data.trained.temperature);
  const roleName = () => words.roles[data.role] ?? data.role;

  function sideName(side) {
    if (side === "teacher") return words.teacher;
    return data.role === "teacher" && data.teacher ? words.ofRun : roleName();
  }

  function isWrong(side, row) {
    const [said, label] = [predicted[side][row], labelOf(row)];
    return said !== null && label !== null && said !== label;
  }

  function isOf(only, row) {
    const [teacher, student] = [predicted.teacher[row], predicted.student[row]];
    if (only === "disagree") return teacher !== null && student !== null && teacher !== student;
    return only === "any" || isWrong("student", row);
  }

  function matching(only = state.only) {
    const { ofClass } = state;
    return [...data.rows.keys()].filter((row) => isOf(only, row) && (ofClass === null || labelOf(row) === ofClass));
  }

  function fragmentParts() {
    const found = new URLSearchParams(location.hash.slice(1));
    const inside = (list, key) => list.find((value) => value === found.get(key));
    const number = (key) => (/^\d+$/.test(found.get(key) ?? "") ? Number(found.get(key)) : -1);
    const row = data.rows.indexOf(number("row"));
    const parts = {
      row: row < 0 ? undefined : row,
      t: parsedTemperature(found.get("t") ?? "") ?? undefined,
      language: LANGUAGES.find((language) => (found.get("lang") ?? "").split("-")[0] === language),
      sort: inside(sorts(), "sort"),
      scale: inside(SCALES, "scale"),
      only: inside(choices(), "only"),
      ofClass: number("class") in data.classes ? number("class") : undefined,
      all: found.get("all") === "1" || undefined,
    };
    return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));
  }

  function link() {
    const { t, language, sort, scale, only, ofClass, all } = state;
    const parts = { row: data.rows[state.row], t: shortNumber(t, 6), lang: language, sort, scale };
    if (only !== "any") parts.only = only;
    if (ofClass !== null) parts.class = ofClass;
    if (all) parts.all = 1;
    return `${location.href.split("#")[0]}#${new URLSearchParams(parts)}`;
  }

  function remember() {
    byId("link-field").value = link();
    try {
      history.replaceState(null, "", link());
    } catch {
      // Some viewers of files let no page change its address; the link can still be copied.
    }
  }

  // Late, as browsers stop a page that changes its address many times a second.
  function rememberSoon() {
    clearTimeout(remembering);
    remembering = setTimeout(remember, 300);
  }

  function applyFragment() {
    Object.assign(state, fragmentParts());
    if (!matching().includes(state.row)) Object.assign(state, { only: "any", ofClass: null });
  }

  function setTemperature(t) {
    state.t = allowed(t);
    message = "";
    drawTemperature();
    rememberSoon();
  }

  function setRow(row) {
    state.row = row;
    drawSample();
    drawTemperature();
    rememberSoon();
  }

  function moveRow(by) {
    const rows = matching();
    if (rows.length > 0) setRow(rows[(Math.max(rows.indexOf(state.row), 0) + by + rows.length) % rows.length]);
  }

  function setFilter(change) {
    Object.assign(state, change);
    const rows = matching();
    drawPicker();
    setRow(rows.length === 0 || rows.includes(state.row) ? state.row : rows[0]);
  }

  function setLook(change) {
    Object.assign(state, change);
    drawLook();
    drawTemperature();
    rememberSoon();
  }

  function fill(select, values, nameOfValue, chosen) {
    select.replaceChildren(...values.map((value) => new Option(nameOfValue(value), value)));
    select.value = chosen;
  }

  function nameButton(button, name) {
    button.title = name;
    button.setAttribute("aria-label", name);
  }

  function drawWords() {
    const language = LANGUAGES.indexOf(state.language);
    words = Object.fromEntries(Object.entries(WORDS).map(([key, pair]) => [key, pair[language]]));
    document.documentElement.lang = words.code;
    for (const place of document.querySelectorAll("[data-text]")) place.textContent = words[place.dataset.text];
    for (const place of document.querySelectorAll("[data-label]")) {
      place.setAttribute("aria-label", words[place.dataset.label]);
    }
    byId("title").textContent = data.title;
    byId("language").textContent = words.other;
    byId("language").lang = words.otherCode;
    byId("kl-name").textContent = words.kl(sideName("student"));
    byId("run").textContent = runLine();
    nameButton(byId("to-one"), words.toOne);
    byId("to-run").hidden = !data.trained;
    if (data.trained) nameButton(byId("to-run"), words.toRun(trainedAt()));
    byId("to-run").textContent = `T = ${trainedAt()}`;
    drawSides();
  }

  function drawSides() {
    const { teacher, teacher_name, student_name } = data;
    const members = teacher && teacher.each.length > 1 && words.members(teacher.each.length, teacher.mean);
    const details = { teacher: [teacher_name, members], student: [student_name] };
    for (const side of ["teacher", "student"]) {
      const name = element("b", "", sideName(side));
      byId(`${side}-side`).replaceChildren(name, ` ${details[side].filter(Boolean).join(" · ")}`);
      byId(`${side}-column`).textContent = sideName(side);
    }
  }

  function runLine() {
    const run = words.run(data, roleName(), grouped(data.step));
    const how = data.trained ? words.trained(trainedAt(), data.trained) : words.untaught;
    return run + how + words.predicts(data.program);
  }

  function imageOf(row) {
    const { width, height, channels } = data.inputs;
    pixels ??= Uint8Array.from(atob(data.inputs.pixels), (sign) => sign.charCodeAt(0));
    const image = new ImageData(width, height);
    const from = row * width * height * channels;
    for (let at = 0; at < image.data.length; at += 1) {
      const channel = at % 4;
      const pixel = from + Math.floor(at / 4) * channels;
      image.data[at] = channel === 3 ? 255 : pixels[pixel + (channels === 3 ? channel : 0)];
    }
    return image;
  }

  function canvasOf(row, most) {
    const { width, height } = data.inputs;
    const whole = Object.assign(element("canvas"), { width, height });
    whole.getContext("2d").putImageData(imageOf(row), 0, 0);
    const scale = most / Math.max(width, height);
    if (scale >= 1) return whole;
    const [wide, tall] = [width, height].map((size) => Math.max(1, Math.round(size * scale)));
    const small = Object.assign(element("canvas", "fine"), { width: wide, height: tall });
    small.getContext("2d").drawImage(whole, 0, 0, wide, tall);
    return small;
  }

  function cell(value) {
    if (!Number.isFinite(value)) return DASH;
    return String(value).length <= 10 ? String(value) : shortNumber(value, 7);
  }

  function snippetOf(row) {
    const { kind, texts, values } = data.inputs;
    if (kind === "texts") return texts[row].map((text) => text.slice(0, SNIPPET)).join(" / ").trim() || DASH;
    return values[row].slice(0, 8).map(cell).join(" · ");
  }

  function withText(name, className, text) {
    const made = element(name, className, text);
    made.dir = "auto";
    return made;
  }

  function itemOf(row) {
    const isPicture = data.inputs.kind === "pictures";
    const item = element("button", isPicture ? "thumb" : "entry");
    item.type = "button";
    item.dataset.row = row;
    item.setAttribute("role", "option");
    if (isPicture) {
      nameButton(item, words.item(data.rows[row], labelOf(row) === null ? DASH : nameOf(labelOf(row))));
      thumbs[row] ??= canvasOf(row, THUMB);
      item.append(thumbs[row]);
    } else {
      item.append(element("span", "number", String(data.rows[row])), withText("span", "", snippetOf(row)));
    }
    return item;
  }

  function drawPicker() {
    const names = { any: words.any, disagree: words.disagree, wrong: words.wrongRows };
    const choice = (only) => `${names[only](sideName("student"))} (${grouped(matching(only).length)})`;
    fill(byId("only"), choices(), choice, state.only);
    const present = [...data.classes.keys()].filter((index) => data.labels.includes(index) || index === state.ofClass);
    const className = (value) => (value === "" ? words.anyClass : nameOf(value));
    fill(byId("of-class"), ["", ...present], className, state.ofClass ?? "");
    byId("rows").className = data.inputs.kind === "pictures" ? "strip" : "list";
    byId("rows").replaceChildren(...matching().map(itemOf));
    if (matching().length === 0) byId("rows").append(element("p", "", words.noMatch));
  }

  // Scrolls the list alone: the page stays where its reader is.
  function reveal(item) {
    const list = byId("rows");
    const [outer, inner] = [list.getBoundingClientRect(), item.getBoundingClientRect()];
    list.scrollLeft += Math.min(0, inner.left - outer.left) + Math.max(0, inner.right - outer.right);
    list.scrollTop += Math.min(0, inner.top - outer.top) + Math.max(0, inner.bottom - outer.bottom);
  }

  function markItem() {
    const items = [...byId("rows").querySelectorAll("button")];
    const chosen = items.find((item) => Number(item.dataset.row) === state.row);
    const hadFocus = byId("rows").contains(document.activeElement);
    for (const item of items) {
      item.setAttribute("aria-selected", item === chosen);
      item.tabIndex = item === (chosen ?? items[0]) ? 0 : -1;
    }
    if (chosen) reveal(chosen);
    if (chosen && hadFocus) chosen.focus({ preventScroll: true });
  }

  function pictureOf(row) {
    const canvas = canvasOf(row, Infinity);
    canvas.classList.toggle("fine", Math.max(data.inputs.width, data.inputs.height) > 2 * THUMB);
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", words.picture(data.rows[row]));
    return canvas;
  }

  function tableOf(row) {
    const table = element("table");
    data.inputs.columns.forEach((column, at) => {
      const name = withText("th", "", column);
      name.scope = "row";
      table.insertRow().append(name, element("td", "", cell(data.inputs.values[row][at])));
    });
    return table;
  }

  function drawInput() {
    const { kind, texts } = data.inputs;
    const parts = {
      pictures: (row) => [pictureOf(row)],
      texts: (row) => texts[row].map((text) => withText("p", "text", text)),
      table: (row) => [tableOf(row)],
    };
    byId("input").className = kind;
    byId("input").parentElement.classList.toggle("tall", kind !== "pictures");
    byId("input").replaceChildren(...parts[kind](state.row));
    byId("input").scrollTop = 0;
    // What may scroll has to be within reach of the keyboard.
    if (kind !== "pictures") byId("input").tabIndex = 0;
  }

  function sayingOf(side) {
    const of = side === "label" ? labelOf(state.row) : predicted[side][state.row];
    const value = withText("dd", side, of === null ? DASH : nameOf(of));
    if (side !== "label" && isWrong(side, state.row)) value.append(element("small", "", ` (${words.wrong})`));
    return [element("dt", "", side === "label" ? words.label : sideName(side)), value];
  }

  function drawSample() {
    const rows = matching();
    const place = rows.length === 0 ? words.noMatch : words.place(rows.indexOf(state.row) + 1, grouped(rows.length));
    const name = element("b", "", words.rowName(data.rows[state.row]));
    byId("row-name").replaceChildren(name, " ", element("span", "", place));
    for (const id of ["row-previous", "row-next"]) byId(id).disabled = rows.length === 0;
    drawInput();
    byId("says").replaceChildren(...["label", ...sides()].flatMap(sayingOf));
    markItem();
  }

  // Read aloud, a line is its class, whether that is the label, and the probabilities with the sides' names.
  function newLine() {
    const item = element("li");
    const [name, label] = [withText("span", "name"), element("span", "spoken")];
    item.append(name, label);
    const parts = {};
    for (const side of sides()) {
      const [number, ghost, bar] = [element("span"), element("span", "ghost"), element("span", "bar")];
      const [value, track] = [element("span", `value ${side}`), element("span", `track ${side}`)];
      value.append(element("span", "spoken", ` ${sideName(side)} `), number, element("span", "spoken", " %"));
      track.append(ghost, bar);
      item.append(value, track);
      parts[side] = { number, ghost, bar };
    }
    return { item, name, label, parts };
  }

  function lengthOf(probability) {
    if (state.scale === "linear") return probability ?? 0;
    return probability > 0 ? clamp(1 + Math.log10(probability) / DECADES, 0, 1) : 0;
  }

  function drawLine(line, name, isLabel, valueOf) {
    if (line.name.textContent !== name) line.name.textContent = line.name.title = name;
    line.label.textContent = isLabel ? ` (${words.label})` : "";
    line.item.classList.toggle("is-label", isLabel);
    for (const [side, { number, ghost, bar }] of Object.entries(line.parts)) {
      const [probability, atOne] = valueOf(side);
      number.textContent = probability === null ? DASH : percent(probability);
      bar.style.width = `${100 * lengthOf(probability)}%`;
      ghost.style.width = `${100 * lengthOf(atOne)}%`;
      // The outline of nothing would still be a line.
      ghost.hidden = lengthOf(atOne) < 0.005;
    }
  }

  function drawClass(line, index, view) {
    line.item.classList.remove("others");
    delete line.item.dataset.others;
    const { dataset } = line.item;
    dataset.class = index;
    for (const side of ["teacher", "student"]) dataset[side] = chance(view[side], index) ?? "";
    const valueOf = (side) => [chance(view[side], index), chance(view.one[side], index)];
    drawLine(line, nameOf(index), index === labelOf(state.row), valueOf);
  }

  function drawOthers(line, indices, view) {
    line.item.classList.add("others");
    for (const key of ["class", "teacher", "student"]) delete line.item.dataset[key];
    line.item.dataset.others = indices.length;
    const total = (of) => of && sum(indices.map((index) => of.probabilities[index]));
    drawLine(line, words.others(grouped(indices.length)), false, (side) => [total(view[side]), total(view.one[side])]);
  }

  function weightIn({ teacher, student }) {
    const of = (side) => (index) => chance(side, index) ?? 0;
    if (state.sort === "teacher") return of(teacher ?? student);
    if (state.sort === "difference") return (index) => Math.abs(of(teacher)(index) - of(student)(index));
    return (index) => Math.max(of(teacher)(index), of(student)(index));
  }

  // Classes in the order in which they are shown. Of many the largest, always with the label and what the two predict.
  function shownClasses(view) {
    const weight = weightIn(view);
    const larger = (a, b) => weight(b) - weight(a) || a - b;
    let shown = [...data.classes.keys()];
    if (shown.length > FEW && !state.all) {
      const kept = new Set([labelOf(state.row), view.teacher?.top, view.student?.top].filter(Number.isInteger));
      const rest = shown.filter((index) => !kept.has(index)).sort(larger);
      shown = [...kept, ...rest.slice(0, FEW - kept.size)];
    }
    return shown.sort(state.sort === "class" ? (a, b) => a - b : larger);
  }

  function resizeLines(count) {
    while (lines.length < count) lines.push(newLine());
    for (const line of lines.splice(count)) line.item.remove();
    for (const line of lines) if (!line.item.isConnected) byId("bars").append(line.item);
  }

  function drawBars(view) {
    const shown = shownClasses(view);
    const inSight = new Set(shown);
    const others = [...data.classes.keys()].filter((index) => !inSight.has(index));
    resizeLines(shown.length + Math.min(others.length, 1));
    shown.forEach((index, place) => drawClass(lines[place], index, view));
    if (others.length > 0) drawOthers(lines.at(-1), others, view);
  }

  function drawAxis() {
    const ticks = state.scale === "linear" ? [0, 50, 100] : [0.0001, 0.1, 100];
    byId("axis").replaceChildren(...sides().flatMap((side) => {
      const track = element("span", `track ${side}`);
      track.append(...ticks.map((tick, at) => element("span", ["least", "middle", "most"][at], String(tick))));
      return [element("span", `value ${side}`, "%"), track];
    }));
  }

  function drawLook() {
    const sortName = (sort) => (sort === "teacher" && !data.teacher ? roleName() : words.sorts[sort]);
    fill(byId("sort"), sorts(), sortName, state.sort);
    fill(byId("scale"), SCALES, (scale) => words.scales[scale], state.scale);
    byId("all").hidden = data.classes.length <= FEW;
    byId("all").textContent = state.all ? words.few : words.all(grouped(data.classes.length));
    byId("log-note").hidden = state.scale === "linear";
    drawAxis();
  }

  function put(id, value, shown) {
    byId(id).dataset.value = value ?? "";
    byId(id).textContent = Number.isFinite(value) ? shown(value) : DASH;
  }

  function drawNumbers(view) {
    for (const side of ["teacher", "student"]) {
      const of = view[side];
      put(`probability-${side}`, of?.probabilities[of.top], (value) => words.percent(percent(value)));
      put(`entropy-${side}`, of?.entropy, measured);
      put(`effective-${side}`, of && Math.exp(of.entropy), (value) => value.toFixed(value < 100 ? 2 : 1));
    }
    put("kl", view.teacher && view.student && divergence(view.teacher, view.student), measured);
  }

  function drawNote() {
    const text = message || words.note + (data.trained ? words.noteRun(trainedAt()) : "");
    // Only what changed is read aloud.
    if (byId("dial-note").textContent !== text) byId("dial-note").textContent = text;
    byId("dial-note").classList.toggle("strong", message !== "");
    byId("temperature-value").setAttribute("aria-invalid", message !== "");
  }

  function drawDial() {
    const shown = shortNumber(state.t);
    byId("temperature").value = positionOf(state.t);
    byId("temperature").setAttribute("aria-valuetext", `T = ${shown}`);
    byId("temperature-value").value = shown;
    byId("temperature-value").dataset.value = state.t;
    byId("to-one").setAttribute("aria-pressed", state.t === 1);
    byId("to-run").setAttribute("aria-pressed", state.t === data.trained?.temperature);
    byId("play").textContent = playing ? words.stop : words.play;
    byId("play").title = words.playHint;
    drawNote();
  }

  function drawTicks() {
    byId("ticks").replaceChildren(...TICKS.map((t) => {
      const tick = element("span", "", String(t));
      // The middle of the thumb does not reach the ends of the slider.
      tick.style.left = `calc(10px + ${positionOf(t)} * (100% - 20px))`;
      return tick;
    }));
  }

  function drawTemperature() {
    const at = (t) => ({ teacher: said("teacher", state.row, t), student: said("student", state.row, t) });
    const view = { ...at(state.t), one: at(1) };
    drawDial();
    drawBars(view);
    drawNumbers(view);
  }

  function draw() {
    drawWords();
    lines = [];
    byId("bars").replaceChildren();
    drawPicker();
    drawSample();
    drawLook();
    drawTemperature();
  }

  function measureNames() {
    const pen = element("canvas").getContext("2d");
    const { fontSize, fontFamily } = getComputedStyle(byId("bars"));
    pen.font = `600 ${fontSize} ${fontFamily}`;
    // With the frame around the label's name.
    nameWidth = 16 + Math.ceil(largestOf(data.classes.map((_, index) => pen.measureText(nameOf(index)).width)));
  }

  // The names stand between the bars where they have room, and over them otherwise.
  function fitNames() {
    const chart = byId("chart");
    const isNarrow = chart.clientWidth < 560;
    const most = Math.round(chart.clientWidth * (isNarrow ? 0.24 : 0.3));
    chart.classList.toggle("stacked", isNarrow && nameWidth > most);
    chart.style.setProperty("--name", `${clamp(nameWidth, 24, most)}px`);
  }

  function sweep(now) {
    if (!playing) return;
    // A page that was out of sight goes on from where it was.
    const passed = Math.min(now - playing.last, 50);
    playing.last = now;
    const [low, high] = SWEEP.map(positionOf);
    const position = positionOf(state.t) + playing.direction * passed * SWEEP_PER_MS;
    if (position >= high) playing.direction = -1;
    if (position <= low) playing.direction = 1;
    setTemperature(temperatureAt(position));
    requestAnimationFrame(sweep);
  }

  function play() {
    playing = { direction: 1, last: performance.now() };
    drawDial();
    requestAnimationFrame(sweep);
  }

  function stop() {
    if (!playing) return;
    playing = null;
    drawDial();
  }

  async function copyLink() {
    const [button, field] = [byId("copy"), byId("link-field")];
    field.value = link();
    try {
      await navigator.clipboard.writeText(link());
      byId("link").hidden = true;
      button.textContent = words.copied;
      setTimeout(() => { button.textContent = words.copy; }, 2000);
    } catch {
      byId("link").hidden = false;
      field.focus();
      field.select();
    }
  }

  function typeTemperature() {
    const typed = byId("temperature-value").value;
    // The shown T may be rounded: leaving it as it is changes nothing.
    if (typed === shortNumber(state.t)) return;
    const t = parsedTemperature(typed);
    if (t !== null) return setTemperature(t);
    message = words.invalid(shortNumber(state.t));
    drawDial();
  }

  const moveTemperature = (by) => setTemperature(temperatureAt(positionOf(state.t) + by));

  function slideByKey(event) {
    const steps = { ArrowLeft: -0.01, ArrowDown: -0.01, ArrowRight: 0.01, ArrowUp: 0.01, PageDown: -0.1, PageUp: 0.1 };
    if (!(event.key in steps)) return;
    event.preventDefault();
    moveTemperature(steps[event.key]);
  }

  function pressKey(event) {
    const isOfPlay = event.target === byId("play") && ["Enter", " "].includes(event.key);
    if (!isOfPlay && event.key !== "Tab") stop();
    // On some keyboards a bracket needs Alt, or Ctrl and Alt.
    if (event.metaKey || (event.ctrlKey && !event.altKey)) return;
    const warmer = { "[": -0.02, "【": -0.02, "]": 0.02, "】": 0.02 }[event.key];
    const along = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const inList = byId("rows").contains(event.target) && { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const isFree = !event.altKey && !event.shiftKey && !event.target.closest("input, select");
    if (warmer) moveTemperature(warmer);
    else if (isFree && (along || inList)) moveRow(along || inList);
    else return;
    event.preventDefault();
  }

  function listenToTemperature() {
    const [slider, field] = [byId("temperature"), byId("temperature-value")];
    slider.addEventListener("input", () => setTemperature(temperatureAt(Number(slider.value))));
    slider.addEventListener("keydown", slideByKey);
    field.addEventListener("change", typeTemperature);
    field.addEventListener("input", () => {
      message = "";
      drawNote();
    });
    byId("to-one").addEventListener("click", () => setTemperature(1));
    byId("to-run").addEventListener("click", () => setTemperature(data.trained.temperature));
    byId("play").addEventListener("click", () => (playing ? stop() : play()));
    document.addEventListener("pointerdown", (event) => event.target.closest("#play") || stop(), true);
  }

  function listen() {
    const onChange = (id, change) => byId(id).addEventListener("change", (event) => change(event.target.value));
    const onClick = (id, change) => byId(id).addEventListener("click", change);
    onChange("only", (only) => setFilter({ only }));
    onChange("of-class", (value) => setFilter({ ofClass: value === "" ? null : Number(value) }));
    onChange("sort", (sort) => setLook({ sort }));
    onChange("scale", (scale) => setLook({ scale }));
    onClick("all", () => setLook({ all: !state.all }));
    onClick("row-previous", () => moveRow(-1));
    onClick("row-next", () => moveRow(1));
    onClick("rows", ({ target }) => target.closest("button") && setRow(Number(target.closest("button").dataset.row)));
    onClick("language", () => {
      state.language = LANGUAGES.find((language) => language !== state.language);
      draw();
      rememberSoon();
    });
    onClick("copy", copyLink);
    listenToTemperature();
    document.addEventListener("keydown", pressKey);
    window.addEventListener("hashchange", () => {
      stop();
      applyFragment();
      draw();
    });
    new ResizeObserver(fitNames).observe(byId("chart"));
  }

  function prepare() {
    data = JSON.parse(byId("data").textContent);
    if (data.version !== 1 || data.rows.length === 0) throw new Error("other data");
    const language = /^zh\b/i.test(navigator.language) ? "zh" : "en";
    const filter = { only: "any", ofClass: null };
    state = { row: 0, t: allowed(data.temperature), language, sort: "class", scale: "linear", all: false, ...filter };
    const tops = (side) => [...data.rows.keys()].map((row) => said(side, row, 1)?.top ?? null);
    predicted = { teacher: tops("teacher"), student: tops("student") };
    applyFragment();
    document.body.classList.toggle("alone", !data.teacher);
    document.body.classList.toggle("is-teacher", !data.teacher && data.role === "teacher");
  }

  function start() {
    try {
      prepare();
    } catch {
      byId("fault").textContent = FAULT;
      byId("fault").hidden = false;
      return;
    }
    document.querySelector("main").hidden = false;
    drawTicks();
    measureNames();
    draw();
    fitNames();
    listen();
    document.documentElement.dataset.ready = "1";
  }

  start();
})();
